/** Reads what belongs together from a warehouse whose statements each see a moment of their own. */
import { FinpipeError } from "../runtime/errors.ts";

/** A day is loaded or built again within a few reads of it only by chance. */
const TRIES = 5;

/**
 * Reads until nothing changed meanwhile.
 *
 * @param look what tells of a change: read before and after
 * @throws FinpipeError of kind `locked` where something did each time
 */
export async function steadyRead<Seen, T>(
  day: Temporal.PlainDate,
  look: () => Promise<Seen>,
  read: (seen: Seen) => Promise<T>,
): Promise<T> {
  let before = await look();
  for (let tries = 0; tries < TRIES; tries++) {
    const result = await read(before);
    const after = await look();
    if (JSON.stringify(after) === JSON.stringify(before)) return result;
    before = after;
  }
  throw new FinpipeError("locked", `Cannot explain ${day}: it is being loaded or built`, {
    hint: "Run it again once that is done",
  });
}
