/** What makes a thing once: also where two runs make it at the same time, and where people renamed it. */
import type { Answer } from "./client.ts";
import { oldest } from "./surroundings.ts";

/** A thing that a run looks for, and makes where there is none. */
interface Wanted {
  /** What is there, or nothing. */
  look(): Promise<Answer | undefined>;
  make(): Promise<number>;
  /** Takes away what this run just made. */
  takeBack(id: number): Promise<void>;
  idOf(found: Answer): number;
}

/**
 * Metabase has no lock, and takes any number of things of one name. So a run looks again after it made one: where
 * another run was first, or has put its mark already, it takes its own back and goes on with the other one. Two stay
 * only if Metabase shows the first one later than the second run looks, and before that one's mark.
 *
 * @returns its id, and whether this run made it
 */
export async function once(wanted: Wanted): Promise<{ id: number; isNew: boolean }> {
  const present = await wanted.look();
  if (present !== undefined) return { id: wanted.idOf(present), isNew: false };
  const made = await wanted.make();
  const first = await wanted.look();
  const id = first === undefined ? made : wanted.idOf(first);
  if (id === made) return { id: made, isNew: true };
  await wanted.takeBack(made);
  return { id, isNew: false };
}

/**
 * Ends a description with what tells a thing of this script from others, whatever its name is. The thing's own id
 * is in it: Metabase copies a description with what it duplicates, and a copy is not ours.
 */
export function marked(description: string, key: string, id: number): string {
  const mark = markOf(key, id);
  return description.includes(mark) ? description : `${description} ${mark}`.trimStart();
}

/** Of several things the one with the mark; else one that is named as ours, and may have none yet. */
export function ours(
  all: readonly Answer[],
  key: string,
  isNamed: (one: Answer) => boolean,
): Answer | undefined {
  const isMarked = ({ id, description }: Answer) =>
    typeof id === "number" && typeof description === "string" &&
    description.includes(markOf(key, id));
  return oldest(all.filter(isMarked)) ?? oldest(all.filter(isNamed));
}

function markOf(key: string, id: number): string {
  return `[finpipe ${key} ${id}]`;
}
