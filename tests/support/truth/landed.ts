/** What finpipe landed of a topic, as a reading: each message put together again, byte for byte. */
import type { LandingPlace } from "../topic/landing.ts";
import { emptyReading, type Reading } from "./ledger.ts";

/** Events as `records.ts` writes them. */
const EVENT = 'format(\'{"object_id": "%s", "object_type": "%s", "sent_dttm": "%s", ' +
  `"payload": %s}', object_id, object_type, to_char(sent_dttm, 'YYYY-MM-DD"T"HH24:MI:SS'), payload)`;

const digestOf = (bytes: string) => `encode(sha256(${bytes}), 'hex')`;

const LANDED = `
  SELECT partition, position, ${digestOf(`convert_to(${EVENT}, 'UTF8')`)} AS digest
  FROM (SELECT source_id, position, object_id, object_type, sent_dttm, payload FROM stg.transactions
        UNION ALL
        SELECT source_id, position, object_id, object_type, sent_dttm, payload FROM stg.currencies)
    AS landed
  JOIN finpipe.source_partitions ON id = source_id
  WHERE source = $1
  UNION ALL
  SELECT partition, position,
    CASE
      WHEN raw IS NULL THEN 'null'
      WHEN reason = 'too_large' THEN sha256
      WHEN sha256 = ${digestOf("raw")} AND length = octet_length(raw) THEN sha256
      ELSE 'not the sha256 or length of what was kept'
    END
  FROM stg.rejected WHERE source = $1`;

/**
 * Reads what stands in staging of the topic.
 *
 * @param complain is told where a message is there twice, or the counters say something else
 */
export async function readLanded(
  place: LandingPlace,
  complain: (words: string) => void,
): Promise<Reading> {
  const { topic, partitions } = place.topic;
  const reading = emptyReading(partitions);
  for (const row of await place.query(LANDED, [topic])) {
    const log = reading[Number(row.partition)]!;
    const offset = Number(row.position);
    if (log.has(offset)) complain(`partition ${row.partition}, offset ${offset}: landed twice`);
    log.set(offset, row.digest!);
  }
  const books = await place.query(
    "SELECT partition, messages_read, duplicates FROM finpipe.source_partitions WHERE source = $1",
    [topic],
  );
  for (const { partition, messages_read, duplicates } of books) {
    const { size } = reading[Number(partition)]!;
    if (Number(messages_read) === size && duplicates === "0") continue;
    complain(
      `partition ${partition}: ${size} landed, but the counters say ${messages_read} read, of them ` +
        `${duplicates} duplicates`,
    );
  }
  return reading;
}
