/** What `serve` answers: the page, its data, the rows of the mart, and how it is. */
import { createHash } from "node:crypto";
import { type DateRange, FIRST_DAY, LAST_DAY } from "../partitions/run_date.ts";
import { jsonRow } from "../rendering/mart/json.ts";
import type { PageData } from "../rendering/mart/page/data.ts";
import { pageHtml, pagePolicy } from "../rendering/mart/page/page.ts";
import type { Answer, Asked } from "../runtime/http_server.ts";
import type { MartRow } from "../warehouse/repository.ts";
import type { MartBoard, Trouble, TroubleKind } from "./mart_board.ts";

/** What is held of the mart, as it is sent. */
export interface Shown {
  rows: readonly MartRow[];
  data: PageData;
}

export interface AnswerOptions {
  board: MartBoard<Shown>;
  /** What the page shows before anything was read. */
  empty(): PageData;
  /** Only these names in `Host`, against pages that point their own name here; undefined: any. */
  hosts: readonly string[] | undefined;
  /** Milliseconds for which a client waits for a question to the warehouse. @default 2 s */
  patience?: number;
  /** What else is answered, by these paths. @default nothing */
  others?: {
    paths: readonly string[];
    answer(path: string, query: string): Promise<Answer>;
  };
}

/** No browser is to guess types, tell where it comes from, or show the page inside another one. */
const HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};
/** Kept nowhere, as figures of payments should not stay in a browser's cache. */
export const UNKEPT = { ...HEADERS, "cache-control": "no-store" };
/** May be kept, and is asked about each time. */
const ASKED = { ...HEADERS, "cache-control": "private, no-cache" };
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };
export const HTML_TYPE = { "content-type": "text/html; charset=utf-8" };
/** Milliseconds for which a client waits for a question. */
export const PATIENCE = 2000;

export function answersOf(options: AnswerOptions): (asked: Asked) => Promise<Answer> {
  const { board, hosts, patience = PATIENCE, others } = options;
  const paths = [...PATHS, ...(others?.paths ?? [])].sort();
  const made = new Made();
  const policy = `${pagePolicy("served")}; frame-ancestors 'none'`;
  return async ({ method, target, headers }) => {
    if (hosts !== undefined && !hosts.includes(nameOf(headers.host))) {
      return text(421, "This server answers to localhost alone");
    }
    if (method !== "GET" && method !== "HEAD") {
      return text(405, "Only GET and HEAD", { allow: "GET, HEAD" });
    }
    const [path, query] = partsOf(target);
    if (!paths.includes(path)) return text(404, paths.join(", "));
    if (others?.paths.includes(path)) return await others.answer(path, query);
    await atMost(patience, board.look());
    switch (path) {
      case "/healthz":
        return board.trouble === undefined || board.trouble.kind === "busy"
          ? text(200, board.trouble === undefined ? "ok" : `ok, but ${troubleText(board.trouble)}`)
          : text(503, troubleText(board.trouble));
      case "/api/state.json":
        return json(UNKEPT, JSON.stringify(stateOf(board)));
      case "/api/metrics.json":
        return metrics(board, query);
      default: {
        const data = board.held?.value.data ?? options.empty();
        const version = board.held?.version ?? "";
        const whole = made.of(version, data);
        const tag = { etag: `"${whole.tag[path]!}"` };
        const isPage = path === "/";
        // A browser takes over the headers of a 304, too: they are those of the page that it keeps.
        const sent = isPage
          ? { ...ASKED, ...tag, ...HTML_TYPE, "content-security-policy": policy }
          : { ...ASKED, ...tag, ...JSON_TYPE };
        return has(headers["if-none-match"], tag.etag)
          ? { status: 304, headers: sent, body: "" }
          : { status: 200, headers: sent, body: isPage ? whole.page : whole.data };
      }
    }
  };
}

const PATHS = ["/", "/api/metrics.json", "/api/page.json", "/api/state.json", "/healthz"];

/** The texts of the page, made once for each version. */
class Made {
  #version: string | undefined;
  #made: { page: Uint8Array; data: Uint8Array; tag: Record<string, string> } | undefined;

  of(version: string, data: PageData) {
    if (this.#made === undefined || version !== this.#version) {
      const encoder = new TextEncoder();
      const live = { ...data, live: version };
      const page = encoder.encode(pageHtml(live, "served"));
      const bytes = encoder.encode(JSON.stringify(live));
      const tag = { "/": hash(page), "/api/page.json": hash(bytes) };
      this.#made = { page, data: bytes, tag };
      this.#version = version;
    }
    return this.#made;
  }
}

/** What the page asks for often, so it is small. */
function stateOf({ held, trouble, askedAt }: MartBoard<Shown>) {
  return {
    version: held?.version ?? "",
    asked_at: askedAt?.round("second").toString() ?? null,
    trouble: trouble === undefined ? null : troubleJson(trouble),
  };
}

function troubleJson(trouble: Trouble) {
  const { kind, since } = trouble;
  return { kind, since: since.round("second").toString(), text: troubleText(trouble) };
}

function metrics({ held, trouble }: MartBoard<Shown>, query: string): Answer {
  const range = rangeOf(query);
  if (range === undefined) {
    return text(400, "Takes from and to, each a date YYYY-MM-DD and given once, from before to");
  }
  if (held === undefined) {
    return text(503, trouble === undefined ? "Reading the mart" : troubleText(trouble));
  }
  const [from, to] = [`${range.from}`, `${range.to}`];
  const rows = held.value.rows
    .filter(({ date_update }) => date_update >= from && date_update <= to)
    .map((row) => JSON.stringify(jsonRow(row)));
  const body = rows.length === 0 ? "[]\n" : `[\n${rows.join(",\n")}\n]\n`;
  return json(UNKEPT, body);
}

/** The range that a query asks for; undefined for one that is none. */
function rangeOf(query: string): DateRange | undefined {
  const given = new URLSearchParams(query);
  const range = { from: FIRST_DAY, to: LAST_DAY };
  const seen = new Set<string>();
  for (const [name, value] of given) {
    if ((name !== "from" && name !== "to") || seen.has(name)) return undefined;
    seen.add(name);
    if (!/^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
    try {
      range[name] = Temporal.PlainDate.from(value, { overflow: "reject" });
    } catch {
      return undefined;
    }
  }
  return Temporal.PlainDate.compare(range.from, range.to) > 0 ? undefined : range;
}

/** The path of a target, and its query without the question mark. */
function partsOf(target: string): [path: string, query: string] {
  const mark = target.indexOf("?");
  return mark < 0 ? [target, ""] : [target.slice(0, mark), target.slice(mark + 1)];
}

/** Whether an If-None-Match names a tag, which a proxy that compresses makes a weak one (RFC 9110, 13.1.2). */
function has(header: string | undefined, tag: string): boolean {
  return (header ?? "").split(",").some((one) => one.trim().replace(/^W\//, "") === tag);
}

/** The name of a `Host`, without its port. */
function nameOf(host: string | undefined): string {
  return (host ?? "").replace(/:\d*$/, "").toLowerCase();
}

/** Says what is wrong; the log says it with names, which are nobody's business here. */
export function troubleText({ kind, since }: Trouble, what = "the mart"): string {
  return TROUBLES[kind](`since ${timeText(since)}`, what);
}

const TROUBLES: Readonly<Record<TroubleKind, (since: string, what: string) => string>> = {
  busy: (since, what) => `another finpipe has been at work in ${what} ${since}`,
  away: (since) => `the warehouse has not answered ${since}`,
  refused: (since) =>
    `the warehouse has refused finpipe ${since}: a password, rights, settings or the schema have ` +
    "to be mended, the log of serve says which",
  failed: (since, what) => `finpipe has failed to read ${what} ${since}: the log of serve says why`,
};

function timeText(time: Temporal.Instant): string {
  return `${time.round("second")}`.replace("T", " ").replace("Z", " UTC");
}

export function text(status: number, line: string, more: Record<string, string> = {}): Answer {
  return { status, headers: { ...UNKEPT, ...more }, body: `${line}\n` };
}

export function json(headers: Record<string, string>, body: string | Uint8Array): Answer {
  return { status: 200, headers: { ...headers, ...JSON_TYPE }, body };
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
}

/** Resolves with the work, or when its time is over; the work continues then. */
export async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, milliseconds);
  try {
    await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}
