/** What audit tells of each change by hand, and docs/audit.md, which says so. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Audit } from "../../../lib/audit/audit.ts";
import { AGAINST_LINKS } from "../../../lib/audit/against.ts";
import { DIMENSION_LINKS } from "../../../lib/audit/links/core.ts";
import { ALL_DEEP_LINKS, dayLinks } from "../../../lib/audit/links/links.ts";
import { SOURCE_LINKS } from "../../../lib/audit/links/sources.ts";
import { ROOT } from "../docs/documents.ts";
import { DAY, dayMessages, DAYS } from "./days.ts";
import type { AuditPlace } from "./place.ts";
import { FILE, MOVED_TO, tamper, tamperFile, type Target, type Told } from "./tampering.ts";

const DOCUMENT = join(ROOT, "docs/audit.md");
const DEEP = new Set(ALL_DEEP_LINKS.map(({ name }) => name));
const LINKS = "The links";
const TELLINGS = "What audit tells of a change by hand";

/** Makes all changes of some tables, one at a time; each has to be told of its day and no other. */
export async function tellingsOf(
  place: AuditPlace,
  targets: readonly Target[],
  isMade?: (change: string) => boolean,
): Promise<Told[]> {
  await place.land(dayMessages());
  await place.build(...DAYS);
  // Whoever changes counters by hand may drop their check.
  await place.query(
    { end: "staging" },
    "ALTER TABLE finpipe.source_partitions DROP CONSTRAINT messages_add_up",
  );
  // The embedded warehouse has a partition for each day that was built: facts are moved out of theirs.
  for (const table of place.name === "embedded" ? ["fct_transactions", "fct_currency_rates"] : []) {
    const key = Number(MOVED_TO.replaceAll("-", ""));
    await place.query(
      { end: "warehouse" },
      `CREATE TABLE mart.${table}_${key} PARTITION OF mart.${table}
       FOR VALUES FROM (${key}) TO (${key + 1})`,
    );
  }
  const audit = () => place.deepAudit();
  assert.deepEqual((await audit()).differences, [], "the books balance untouched");
  const all: Told[] = [];
  for (const target of targets) {
    for await (const told of tamper(place, target, audit, isMade)) {
      const { change, links, isMoved } = told;
      all.push({ target: target.label, change, links });
      const own = target.isShared ? DAYS : target.isOfDay === false ? [] : [DAY];
      const days = isMoved ? [...own, MOVED_TO] : own;
      requireDays(told.audit, days, `${target.label}, ${change}`);
    }
    assert.deepEqual((await audit()).differences, [], `${target.label} is put back`);
  }
  return all;
}

/** The same of the partition file; it needs the days of {@link tellingsOf}. */
export async function fileTellingsOf(place: AuditPlace): Promise<Told[]> {
  const all: Told[] = [];
  for await (const { change, audit } of tamperFile(place, () => place.deepAudit())) {
    const links = [...new Set(audit.differences.map(({ link }) => link))].sort();
    all.push({ target: FILE, change, links });
    requireDays(audit, [DAY], `${FILE}, ${change}`);
  }
  return all;
}

function requireDays(audit: Audit | undefined, days: readonly string[], what: string): void {
  for (const { day, source, dimension, link } of audit?.differences ?? []) {
    const isRight = day === undefined
      ? (source ?? dimension) !== undefined
      : days.includes(`${day}`);
    assert.ok(isRight, `${what}: ${link} of ${day}`);
  }
}

/** Compares with the document; with FINPIPE_UPDATE_DOCS=1 writes it (and `deno fmt` its tables). */
export async function compareTellings(told: readonly Told[]): Promise<void> {
  const rows = told.map(({ target, change, links }) => [
    target,
    change,
    linksText(links?.filter((link) => !DEEP.has(link))),
    linksText(links?.filter((link) => DEEP.has(link))),
  ]);
  if (Deno.env.get("FINPIPE_UPDATE_DOCS") === "1") {
    await writeTable(
      TELLINGS,
      ["table", "what is changed", "links that tell", "with --deep also"],
      rows,
    );
    return;
  }
  const documented = new Map(
    (await tableOf(TELLINGS)).map(([target, change, ...links]) => [`${target}: ${change}`, links]),
  );
  const found = rows.map(([target, change, ...links]) => [`${target}: ${change}`, links] as const);
  assert.deepEqual(
    Object.fromEntries(found),
    Object.fromEntries(found.map(([key]) => [key, documented.get(key)])),
  );
}

/** The rows of the whole table of the document, by what is changed. */
export async function documentedChanges(): Promise<string[]> {
  return (await tableOf(TELLINGS)).map(([target, change]) => `${target}: ${change}`);
}

/** Compares the document's table of links, or writes it. */
export async function compareLinks(): Promise<void> {
  const links = [
    ...dayLinks({ statuses: [], types: undefined }),
    ...DIMENSION_LINKS,
    ...SOURCE_LINKS,
    ...AGAINST_LINKS,
  ];
  const rows = links.map((link) => {
    const isAgainst = AGAINST_LINKS.some(({ name }) => name === link.name);
    const of = "datasets" in link
      ? link.datasets.join(", ")
      : DIMENSION_LINKS.some(({ name }) => name === link.name)
      ? "dimension"
      : isAgainst
      ? "date and currency"
      : "source partition";
    return [`\`${link.name}\``, of, ...link.sides];
  });
  if (Deno.env.get("FINPIPE_UPDATE_DOCS") === "1") {
    await writeTable(LINKS, ["link", "of", "left", "right"], rows);
  } else assert.deepEqual(await tableOf(LINKS), rows);
}

function linksText(links: readonly string[] | undefined): string {
  if (links === undefined) return "the table does not take it";
  return links.map((link) => `\`${link}\``).join(", ") || "none";
}

/** The cells of the table below a heading, without its titles. */
async function tableOf(heading: string): Promise<string[][]> {
  const [, section] = sectionOf(await Deno.readTextFile(DOCUMENT), heading);
  return section.split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()));
}

async function writeTable(
  heading: string,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const [before, section, after] = sectionOf(await Deno.readTextFile(DOCUMENT), heading);
  const words = section.split("\n").filter((line) => !line.startsWith("|")).join("\n").trimEnd();
  const lines = [titles, titles.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  await Deno.writeTextFile(DOCUMENT, `${before}${words}\n\n${lines.join("\n")}\n\n${after}`);
}

/** A document before a heading, from there to the next one, and after. */
function sectionOf(text: string, heading: string): [string, string, string] {
  const start = text.indexOf(`## ${heading}\n`);
  assert.ok(start >= 0, `docs/audit.md has no chapter ${heading}`);
  const next = text.indexOf("\n## ", start);
  const end = next < 0 ? text.length : next + 1;
  return [text.slice(0, start), text.slice(start, end), text.slice(end)];
}
