/** Known messages for the crash matrix: numbered, and among them re-sent, late and garbage ones. */
import { randomOf } from "../../../lib/events/random.ts";
import { objectId } from "../partitions/rows.ts";
import { rateMessage, transactionMessage } from "../events/messages.ts";

const FIRST_SENT = Temporal.PlainDateTime.from("2022-10-01T12:00:00");

/** How far back a re-sent message lies, at most. */
const RESENT_WITHIN = 300;

/** Characters of some lengths in UTF-8, and some that JSON escapes. */
const NOTE = 'Überweisung № 7 "läuft" \\ ✓ 💶 '.repeat(8);

/** The messages of a partition, in order: the same for the same seed and partition. */
export function numberedMessages(seed: number, partition: number, count: number): Uint8Array[] {
  const random = randomOf(seed, partition, 0);
  const messages: string[] = [];
  for (let i = 0; i < count; i++) messages.push(next(i));
  return messages.map((message) => new TextEncoder().encode(message));

  function next(i: number): string {
    if (random.chance(0.03)) return `no JSON: ${partition}.${i}`;
    if (i > 0 && random.chance(0.08)) {
      return messages[Math.max(0, i - random.between(1, RESENT_WITHIN))]!;
    }
    const late = random.chance(0.05) ? random.between(0, 3600) : 0;
    const envelope = {
      object_id: objectId(partition * 1_000_000 + i),
      sent_dttm: FIRST_SENT.add({ seconds: i - late }).toString({ smallestUnit: "second" }),
    };
    return random.chance(0.1)
      ? rateMessage({ note: NOTE }, envelope)
      : transactionMessage({ amount: i, note: NOTE }, envelope);
  }
}
