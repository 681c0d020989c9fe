/** A served page asks its server for news, and shows them without a reload. */
import type { PageData } from "../data.ts";
import { byId } from "./element.ts";

interface State {
  version: string;
  asked_at: string | null;
  trouble: { kind: "away" | "busy"; since: string } | null;
}

/** Milliseconds between two questions to the server, which are cheap. */
const EVERY = 5000;

/** @param onData shows newer data; not called while the reader drags */
export function keepLive(version: string, onData: (data: PageData) => void): void {
  const line = byId("live");
  line.hidden = false;
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
        version = data.live ?? "";
        onData(data);
      }
      line.textContent = stateText(state);
    } catch {
      lost ??= timeText(new Date().toISOString());
      line.textContent = `The server has not answered since ${lost}: this is what it showed last.`;
    }
    setTimeout(ask, EVERY);
  };
  void ask();
}

async function json<T>(path: string): Promise<T> {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return await response.json() as T;
}

function stateText({ asked_at, trouble }: State): string {
  if (trouble === null) return asked_at === null ? "" : `Live, as of ${timeText(asked_at)}.`;
  const since = timeText(trouble.since);
  return trouble.kind === "busy"
    ? `Another finpipe has been at work in the mart since ${since}: shown is how it was before.`
    : `The warehouse has not answered since ${since}: shown is what it had before.`;
}

function timeText(iso: string): string {
  return `${iso.slice(0, 19).replace("T", " ")} UTC`;
}
