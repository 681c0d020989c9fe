/**
 * The scripts of a trial. They are written to be run by hand in vsql or psql: statements end with a
 * semicolon at the end of a line, the data of a COPY follows it and ends with `\.`. A comment before a
 * statement makes it a step that is looked at:
 *
 *     -- [name]
 *     -- [name] session 2
 *     -- [name] session 2, meanwhile      it may wait for a lock: it is not waited for, until the next
 *                                         statement of that session
 *     -- [name] for a while               it is tried again until it goes well, and a query has a row
 *     -- [name] or without ENFORCELENGTH  where the server does not take it together with the parser, as
 *                                         a load does
 *
 * Other statements make ready what steps need: where one of them fails, nothing after it is tried.
 */

/** A statement of a script. */
export interface Step {
  /** Undefined for what makes ready. */
  name: string | undefined;
  /** The session that runs it, from 1. */
  session: number;
  isMeanwhile: boolean;
  isRepeated: boolean;
  /** Said without ENFORCELENGTH where the server does not take the statement. */
  isLenient: boolean;
  /** With the names and variables of the file, without its semicolon. */
  sql: string;
  /** Rows of a COPY. */
  data: string | undefined;
}

const MARK =
  /^-- \[([a-z0-9-]+)\](?: session (\d))?(, meanwhile)?( for a while)?( or without ENFORCELENGTH)?$/;
const END_OF_DATA = "\\.";

/** The data of a COPY, which follows it. */
const DATA = /(?<=\bFROM STDIN\b[^;]*;\n).*?^\\\.$/gms;

/** A script with its SQL changed, and the data of its COPYs as it is. */
export function mapSql(script: string, change: (sql: string) => string): string {
  const data = script.match(DATA) ?? [];
  return script.split(DATA).map((sql, at) => `${change(sql)}${data[at] ?? ""}`).join("");
}

/** The steps of a script, in order. */
export function stepsOf(script: string): Step[] {
  const steps: Step[] = [];
  const lines = script.split("\n");
  let mark: RegExpExecArray | null = null;
  let sql: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (sql.length === 0) {
      const found = MARK.exec(line);
      if (found !== null) mark = found;
      if (line.trim() === "" || line.startsWith("--")) continue;
    }
    sql.push(line);
    if (!line.endsWith(";")) continue;
    const text = sql.join("\n").replace(/;$/, "");
    let data: string | undefined;
    if (/\bFROM STDIN\b/.test(text)) {
      const end = lines.indexOf(END_OF_DATA, at);
      if (end < 0) throw new Error("The data of a COPY has no end");
      data = lines.slice(at + 1, end).map((row) => `${row}\n`).join("");
      at = end;
    }
    const [, name, session = "1", meanwhile, forAWhile, orWithout] = mark ?? [];
    steps.push({
      name,
      session: Number(session),
      isMeanwhile: meanwhile !== undefined,
      isRepeated: forAWhile !== undefined,
      isLenient: orWithout !== undefined,
      sql: text,
      data,
    });
    mark = null;
    sql = [];
  }
  if (sql.length > 0) throw new Error("A statement has no end");
  return steps;
}
