/**
 * A byte of a batch is changed on the broker's disk: finpipe says so with exit code 4 and lands nothing
 * of the batch; what is before it is landed, and all once the byte is what it was.
 */
import assert from "node:assert/strict";
import { randomOf } from "../../../lib/events/random.ts";
import { landingPlace } from "../topic/landing.ts";
import type { Court } from "./court.ts";
import { readLanded } from "./landed.ts";
import { differencesOf, Ledger } from "./ledger.ts";
import { RecordMaker } from "./records.ts";
import { damage, storedBatches } from "./segments.ts";

const CODECS = ["none", "gzip", "snappy", "lz4", "zstd"];
const PARTITIONS = 2;
const BATCHES = 12;

/** A place where neither a row twice nor a counter that is wrong is taken. */
const strict = (words: string) => assert.fail(words);

/**
 * Damages a batch of a topic of its own, as the seed says.
 *
 * @throws Error where finpipe does anything else
 */
export async function tryDamage(court: Court, seed: number): Promise<void> {
  const random = randomOf(seed, 1, 0);
  await using place = await landingPlace(`damaged ${seed}`, {
    brokers: court.kafka.brokers,
    partitions: PARTITIONS,
  });
  const { topic } = place.topic;
  const ledger = new Ledger(PARTITIONS);
  const maker = new RecordMaker(random, {
    partitions: PARTITIONS,
    compacted: false,
    large: 30_000,
  });
  const producer = {
    name: `damaged-${seed}`,
    client: random.pick(["librdkafka", "Java"] as const),
    transactional: undefined,
    settings: { "compression.type": random.pick(CODECS) },
  };
  await court.open(producer, topic);
  for (let batch = 0; batch < BATCHES; batch++) {
    const records = maker.some(random.between(1, 40));
    ledger.send(producer, records);
    await court.send(producer, topic, records, ledger);
  }
  await court.ask("drop", producer);
  const damaged = random.between(0, PARTITIONS - 1);
  const batches = await storedBatches(court.kafka, topic, damaged);
  const batch = random.pick(batches);
  await using damaging = new AsyncDisposableStack();
  damaging.use(await damage(batch, random));

  const { code, stderr } = await place.spawn("--until-end").result;
  assert.equal(code, 4, stderr);
  const { firstOffset, lastOffset } = batch;
  for (const word of [topic, damaged, firstOffset, lastOffset]) {
    assert.match(stderr, new RegExp(`\\b${word}\\b`), stderr);
  }
  const before = ledger.committed();
  const landed = await readLanded(place, strict);
  const invented = differencesOf(before, landed).filter(({ actual }) => actual !== undefined);
  assert.deepEqual(invented, [], "what was landed is what was sent");
  const beyond = [...landed[damaged]!.keys()].filter((offset) => offset >= firstOffset);
  assert.deepEqual(beyond, [], "nothing of the batch is landed, and nothing after it");

  await damaging.disposeAsync();
  const mended = await place.spawn("--until-end").result;
  assert.equal(mended.code, 0, mended.stderr);
  assert.deepEqual(differencesOf(before, await readLanded(place, strict)), []);
}
