/** What becomes of a topic's log behind a landing's back: messages deleted, the topic made anew. */
import assert from "node:assert/strict";
import { deleteRecords, recreateTopic, withAdmin } from "../kafka/topics.ts";
import { produce } from "../kafka/messages.ts";
import { rateMessage } from "../events/messages.ts";
import type { CliResult } from "../cli/run_cli.ts";
import { type LandingPlace, landingPlace, type PlaceOptions } from "./landing.ts";
import { SOMEBODY_WAITS, untilRow } from "../until.ts";

export async function send({ topic }: LandingPlace, count: number, partition = 0): Promise<void> {
  const values = Array.from({ length: count }, () => new TextEncoder().encode(rateMessage()));
  await produce(topic, values, { partition });
}

/** Deletes the messages of a partition before an offset, as retention does. */
export async function deleteBefore(
  { topic }: LandingPlace,
  offset: number,
  partition = 0,
): Promise<void> {
  await withAdmin(topic.brokers, (admin) => deleteRecords(admin, topic.topic, offset, partition));
}

/** Deletes the topic and makes it anew, with one partition. */
export async function recreate({ topic: { brokers, topic } }: LandingPlace): Promise<void> {
  await withAdmin(brokers, (admin) => recreateTopic(admin, topic, 1));
}

/** The position of each partition, and how many messages of it were read. */
export async function positions(place: LandingPlace): Promise<[position: number, read: number][]> {
  const rows = await place.query(
    "SELECT next_position, messages_read FROM finpipe.source_partitions ORDER BY partition",
  );
  return rows.map((row) => [Number(row.next_position), Number(row.messages_read)]);
}

export function assertDone({ code, stderr }: CliResult): void {
  assert.equal(code, 0, stderr);
}

/** A topic of 10 messages a partition, of which 4 were landed. */
export async function landedPart(
  t: Deno.TestContext,
  options: PlaceOptions = {},
): Promise<LandingPlace> {
  const place = await landingPlace(t, options);
  const partitions = Array.from({ length: options.partitions ?? 1 }, (_, id) => id);
  for (const partition of partitions) await send(place, 4, partition);
  assertDone(await place.stream());
  for (const partition of partitions) await send(place, 6, partition);
  return place;
}

/** Lands 8 messages, the first of which waits until the lock is released: no more is fetched. */
export async function stalledLanding(place: LandingPlace) {
  await send(place, 8);
  await place.query("SELECT pg_advisory_lock(1)");
  await place.session.execute(`
    CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END';
    CREATE TRIGGER hold AFTER UPDATE ON finpipe.source_partitions
      FOR EACH ROW EXECUTE FUNCTION hold()`);
  const landing = place.land({ untilEnd: false, rows: 1 });
  await untilRow(place.session, SOMEBODY_WAITS);
  return { landing, release: () => place.query("SELECT pg_advisory_unlock(1)") };
}
