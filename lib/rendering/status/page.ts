/**
 * How the steps of each date are, as a page without a script: dates down, the newest first, steps across,
 * with their causes. It asks for itself again once a minute.
 */
import { createHash } from "node:crypto";
import style from "./page.css" with { type: "text" };
import { printable } from "../../runtime/printable.ts";
import { counted } from "../../runtime/words.ts";
import type { NamedStatus, RunStatus, Totals } from "../../status/status.ts";
import type { StepState } from "../../status/step_status.ts";
import { saidOf, totalsLine } from "./causes.ts";

export interface StatusPage {
  /** Names of the steps, in order. */
  steps: readonly string[];
  /** Of the oldest date first; undefined where nothing was read yet. */
  runs: readonly RunStatus[] | undefined;
  totals: Totals | undefined;
  /** Only dates of which a step is not done are in `runs`. */
  problems: boolean;
  /** What is wrong with reading them. */
  trouble: string | undefined;
  /** When they were read last. */
  askedAt: Temporal.Instant | undefined;
}

/** Seconds after which a browser asks again. */
const REFRESH = 60;

/** So that a state is known without its colour, too. */
const MARKS: Record<StepState, string> = {
  done: "✓",
  missing: "–",
  stale: "↻",
  failed: "✗",
  running: "…",
  interrupted: "!",
  pruned: "·",
};

/** It loads nothing, and runs nothing; its style is known by its hash. */
export const STATUS_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The whole text of the page. */
export function statusHtml(page: StatusPage): string {
  const { problems, trouble } = page;
  const other = problems
    ? '<a href="/status">All dates</a>'
    : '<a href="/status?problems">What is not done</a>';
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${markup(STATUS_POLICY)}">
<meta http-equiv="refresh" content="${REFRESH}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>Steps by date</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>Steps by date</h1>
<nav aria-label="Pages"><a href="/">The mart</a> ${other}</nav>
</header>
<main>
${trouble === undefined ? "" : `<p class="trouble" role="status">${markup(trouble)}</p>\n`}${
    bodyOf(page)
  }
</main>
</body>
</html>
`;
}

function bodyOf({ steps, runs, totals, problems, askedAt }: StatusPage): string {
  if (runs === undefined || totals === undefined) return "<p>Nothing was read yet.</p>";
  const asked = askedAt === undefined
    ? ""
    : ` Read ${askedAt.round("second").toString().replace("T", " ").replace("Z", " UTC")}.`;
  const summary = `<p>${markup(totalsLine(totals))}.${asked}</p>`;
  if (runs.length === 0) {
    const none = problems
      ? "All steps of all dates are done."
      : "Nothing is known of any date that is over.";
    return `${summary}\n<p>${none}</p>`;
  }
  const caption = problems
    ? `<caption class="soft">${
      counted(runs.length, "date")
    } with something that is not done</caption>\n`
    : "";
  return `${summary}
<div class="grid" tabindex="0" role="region" aria-label="Steps by date">
<table>
${caption}<thead>
<tr><th scope="col">Run date</th><th scope="col" class="partition">Partition</th>${
    steps.map((step) => `<th scope="col">${markup(step)}</th>`).join("")
  }</tr>
</thead>
<tbody>
${runs.toReversed().map(rowOf).join("\n")}
</tbody>
</table>
</div>`;
}

function rowOf({ runDate, partition, steps }: RunStatus): string {
  return `<tr><th scope="row">${runDate}</th><td class="partition">${partition}</td>${
    steps.map(cellOf).join("")
  }</tr>`;
}

function cellOf(step: NamedStatus): string {
  const { state, rows, at } = step;
  const rowsText = rows === null
    ? undefined
    : typeof rows === "number"
    ? counted(rows, "row")
    : `${rows.transactions} + ${rows.currencies} rows`;
  const lines = [
    small("fact", rowsText),
    small("fact at", at?.toString({ smallestUnit: "second" }).replace("T", " ")),
    small("said", saidOf(step)),
  ];
  return `<td><span class="state ${state}" data-mark="${MARKS[state]}">${state}</span>${
    lines.join("")
  }</td>`;
}

function small(kind: string, text: string | undefined): string {
  return text === undefined ? "" : `<small class="${kind}">${markup(text)}</small>`;
}

/** Text in markup; what is not seen is shown as escapes. */
function markup(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
      '"',
      "&quot;",
    );
}
