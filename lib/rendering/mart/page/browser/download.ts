/** Downloads, made in the page. */
import { el } from "./element.ts";

/** CSV (RFC 4180): quoted only where it must be, LF, as finpipe writes it. */
export function csvOf(rows: Iterable<readonly string[]>): string {
  let text = "";
  for (const row of rows) text += `${row.map(field).join(",")}\n`;
  return text;
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href: url, download: name }).click();
  // The browser has begun to read it by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
