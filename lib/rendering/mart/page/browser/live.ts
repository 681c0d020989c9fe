/** A served page asks its server for news, and shows them without a reload. */
import { FORMAT, type PageData } from "../data.ts";
import { byId, el } from "./element.ts";

interface State {
  /** Empty where nothing could be read yet. */
  version: string;
  asked_at: string | null;
  trouble: { text: string } | null;
}

/** Milliseconds between two questions to the server, which are cheap. */
const EVERY = 5000;

/** @param onData shows newer data; not called while the reader drags */
export function keepLive(version: string, onData: (data: PageData) => void): void {
  const line = byId("live");
  line.hidden = false;
  line.after(el("p", { class: "live" }, el("a", { href: "/status" }, "Steps by date")));
  let lost: string | undefined;
  let isDragging = false;
  addEventListener("pointerdown", () => isDragging = true);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => isDragging = false);
  const ask = async () => {
    try {
      const state = await json<State>("/api/state.json");
      lost = undefined;
      if (state.version !== version && !isDragging) {
        const data = await json<PageData>("/api/page.json");
        // A newer finpipe serves it, and has a page that can read it.
        if (data.format !== FORMAT) return location.reload();
        version = data.live ?? "";
        onData(data);
      }
      say(line, stateText(state), state.trouble !== null);
    } catch {
      lost ??= timeText(new Date().toISOString());
      say(line, `The server has not answered since ${lost}: this is what it showed last.`, true);
    }
    setTimeout(ask, EVERY);
  };
  void ask();
}

/** A screen reader reads out what is wrong, and once; not each minute that all is well. */
function say(line: HTMLElement, text: string, isTrouble: boolean): void {
  line.ariaLive = isTrouble ? "polite" : "off";
  line.classList.toggle("trouble", isTrouble);
  if (line.textContent !== text) line.textContent = text;
}

async function json<T>(path: string): Promise<T> {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return await response.json() as T;
}

function stateText({ version, asked_at, trouble }: State): string {
  if (trouble === null) return asked_at === null ? "" : `Live, as of ${timeText(asked_at)}.`;
  const { text } = trouble;
  const said = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
  return version === "" ? said : `${said} Shown is what it had before.`;
}

function timeText(iso: string): string {
  return `${iso.slice(0, 19).replace("T", " ")} UTC`;
}
