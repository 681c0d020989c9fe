/** The statements of a piece of work, by what kind they are, so that a fault can wait for each. */
import { wordsOf } from "../load_crash/words.ts";
import type { Fault, SessionTraffic } from "../../vertica-server/faults.ts";

/** A message that a fault can wait for. */
export interface Point {
  /** Its first words: INSERT, CREATE TABLE; or COPY's data, its end. */
  verb: string;
  /** What it is for, in words; of a COMMIT, what it commits. */
  words: string;
}

const COPY_MESSAGES: Record<string, string> = { d: "COPY: data", c: "COPY: end" };

/**
 * Each point once, in the order of its first message. Of what several sessions send at a time no order
 * is known: a load has the lock's session first, and nothing of it until the end.
 */
export function pointsOf(sessions: readonly SessionTraffic[]): Point[] {
  const points = new Map<string, Point>();
  for (const { messages } of sessions) {
    const pointOf = reader();
    for (const { code, statement } of messages) {
      const point = COPY_MESSAGES[code] === undefined
        ? code === "Q" ? pointOf(statement) : undefined
        : { verb: COPY_MESSAGES[code], words: COPY_MESSAGES[code] };
      if (point !== undefined && !points.has(point.words)) points.set(point.words, point);
    }
  }
  return [...points.values()];
}

/** Where a fault waits for the point: new for each, as it follows what is sent. */
export function placeOf({ words }: Point): Pick<Fault, "code" | "statement"> {
  const code = Object.keys(COPY_MESSAGES).find((code) => COPY_MESSAGES[code] === words);
  if (code !== undefined) return { code };
  const pointOf = reader();
  return { code: "Q", statement: { test: (statement) => pointOf(statement)?.words === words } };
}

/** Reads statements in order; a COMMIT is one of the statement before it. */
function reader(): (statement: string) => Point | undefined {
  let last = "";
  return (statement) => {
    const verb = verbOf(statement);
    if (verb === "ROLLBACK") return undefined;
    if (verb === "COMMIT") return { verb, words: `COMMIT: ${last}` };
    last = wordsOf(statement);
    return { verb, words: last };
  };
}

function verbOf(statement: string): string {
  if (/SWAP_PARTITIONS/.test(statement)) return "swap";
  return /^(?:(?:CREATE|DROP) [A-Z]+|[A-Z]+)/.exec(statement)![0];
}
