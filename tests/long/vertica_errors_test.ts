/**
 * Each error of a Vertica server that finpipe knows, at each kind of statement of a load, a mart and an
 * init: it is what the table says (lib/warehouse/vertica/connection/error_classes.ts), what stood stands, and the
 * next try ends well.
 */
import assert from "node:assert/strict";
import { FinpipeError, isKind } from "../../lib/runtime/errors.ts";
import {
  CLASS_KINDS,
  KNOWN_ERRORS,
  type KnownError,
} from "../../lib/warehouse/vertica/connection/error_classes.ts";
import { DAY, day, type ServerPlace, serverTest } from "../support/vertica/conditions.ts";
import { exampleOf } from "../support/vertica/errors.ts";
import { placeOf, type Point, pointsOf } from "../support/vertica/statements.ts";
import { ALL, each } from "../support/part.ts";
import { VerticaError } from "../vertica-server/engine.ts";
import { VerticaServer } from "../vertica-server/server.ts";
import { rate } from "../support/partitions/rows.ts";
import { writePartition } from "../support/partitions/reference.ts";
import { NOW, STRICT_LIMITS } from "../support/warehouse/warehouses.ts";

/** What an error at a point comes to where it is not what the table says, and why that is right. */
interface Exception {
  words: RegExp;
  /** @default all */
  classes?: readonly KnownError["class"][];
  /** The work ends well all the same, or fails otherwise. */
  outcome: "well" | RegExp;
}

/** A piece of work, and what must hold around it. */
interface Work {
  run(place: ServerPlace): Promise<unknown>;
  /** Whatever came of it. */
  check(place: ServerPlace, failure: unknown): Promise<void>;
  exceptions: readonly Exception[];
  /** It takes long: each fourth point is tried once, the errors taking turns. */
  isSlow?: boolean;
}

const SESSION_ID: Exception = {
  // Where system tables are kept from users, it is not known: nothing depends on it.
  words: /^read the session's id/,
  classes: [
    "passing lock",
    "lock",
    "data",
    "rights",
    "settings",
    "schema",
    "disk",
    "limit",
    "for good",
  ],
  outcome: "well",
};

let amount = 1;

const LOAD: Work = {
  run: (place) => withWarehouse(place, (warehouse) => place.load(++amount, warehouse)),
  async check(place, failure) {
    const standing = await place.standing();
    if (failure === undefined) assert.equal(standing, String(amount));
    else assert.ok([amount, before].includes(Number(standing)), `${standing} stands`);
    before = ++amount;
    await withWarehouse(place, (warehouse) => place.load(amount, warehouse));
    assert.equal(await place.standing(), String(amount));
    assert.deepEqual(await place.query("SELECT dataset FROM staging.load_pending"), []);
  },
  exceptions: [
    SESSION_ID,
    // The day was swapped: the record is written, and what is left is dropped by the next load.
    { words: /^COMMIT: swap/, outcome: "well" },
    { words: /drop an old side table/, outcome: "well" },
    // The load is begun anew by who tries again: a session without an answer has no lock.
    { words: /is the lock still held/, outcome: /^Lost the lock on transactions/ },
    {
      words: /take the lock/,
      classes: ["lock"],
      outcome: /^Another load of transactions is running/,
    },
    {
      words: /^swap/,
      classes: ["passing lock", "lock", "for good"],
      outcome: "well",
    },
  ],
};
let before = 1;

const MART: Work = {
  run: (place) =>
    withWarehouse(
      place,
      (warehouse) => warehouse.buildMart(day, { statuses: ["done"], strict: false }),
    ),
  async check(place, failure) {
    const isBuilt = async () =>
      (await place.query(`SELECT currency_from FROM ${place.schemas.martSchema}.global_metrics`))
        .length;
    assert.equal(await isBuilt(), 1);
    if (failure === undefined) return;
    await this.run(place);
    assert.equal(await isBuilt(), 1);
  },
  exceptions: [SESSION_ID],
};

const INIT: Work = {
  async run(place) {
    const schemas = place.vertica.newSchemas();
    latest = schemas;
    await using warehouse = place.vertica.warehouse({ ...schemas, now: () => NOW });
    await warehouse.migrate();
  },
  async check(place) {
    await using warehouse = place.vertica.warehouse({ ...latest!, now: () => NOW });
    await warehouse.migrate();
    await warehouse.checkSchema();
    const session = await place.vertica.session();
    await place.vertica.dropSchemas(session, latest!);
    await session.close();
  },
  exceptions: [
    SESSION_ID,
    // What another init may have made at the same time is looked at again.
    {
      words: /make a schema|which schemas are there|make the table migrations/,
      classes: ["passing lock", "lock", "data", "disk", "limit", "for good"],
      outcome: "well",
    },
  ],
  isSlow: true,
};
let latest: ServerPlace["schemas"] | undefined;

for (const [name, work] of Object.entries({ load: LOAD, mart: MART, init: INIT })) {
  serverTest(`each known error at each kind of statement of ${name}`, async (place) => {
    await loadBoth(place);
    await MART.run(place);
    const { faults } = place.server;
    faults.forget();
    await work.run(place);
    const points = pointsOf(faults.sessions);
    await work.check(place, undefined);
    const wrong: string[] = [];
    const pairs = work.isSlow && !ALL
      ? withMissed([], each(4, points))
      : withMissed(pairsOf(points), points);
    for (const [point, known] of pairs) {
      const problem = await tryError(place, work, point, known);
      if (problem !== undefined) wrong.push(problem);
    }
    assert.deepEqual(wrong, []);
  });
}

serverTest("a load whose node has lost its shards goes on on the next node", async (place) => {
  before = ++amount;
  await place.load(before);
  // Another door to the same database.
  const other = new VerticaServer(place.engine, { auth: "trust" });
  await other.start();
  try {
    const [state, number] = ["25000", 8233];
    const error = new VerticaError(state, number, "Node is not the primary for shard (1)");
    const { faults } = place.server;
    faults.arm({ kind: "error", statement: /^COPY/, error, times: 1000 });
    const url = `${place.server.url}?backup_server_node=127.0.0.1:${other.port}`;
    const options = { ...place.schemas, now: () => NOW, retryFor: 10_000 };
    await using warehouse = await place.vertica.warehouseAt(url, options);
    await place.load(++amount, warehouse);
    assert.equal(await place.standing(), String(amount));
    const copies = other.faults.sessions.flatMap(({ messages }) => messages)
      .filter(({ statement }) => statement.startsWith("COPY"));
    assert.equal(copies.length, 1);
  } finally {
    await other.kill();
  }
});

/**
 * Every kind of failure with every verb; each error at least once, those of a verb and of a kind taking
 * turns. With ALL every error with every verb, for which there is no time in each run.
 */
function pairsOf(points: readonly Point[]): [Point, KnownError][] {
  const pairs: [Point, KnownError][] = [];
  const verbs = [...Map.groupBy(points, ({ verb }) => verb).values()].map(inTurn);
  const kindOf = (known: KnownError) => ALL ? known : CLASS_KINDS[known.class].kind;
  for (const known of Map.groupBy(KNOWN_ERRORS, kindOf).values()) {
    const next = inTurn(known);
    const turns = Math.ceil(known.length / verbs.length);
    for (let turn = 0; turn < turns; turn++) {
      for (const point of verbs) pairs.push([point(), next()]);
    }
  }
  return pairs;
}

/** Each point that is in none of the pairs has an error, too. */
function withMissed(pairs: [Point, KnownError][], points: readonly Point[]): [Point, KnownError][] {
  const missed = points.filter((point) => !pairs.some(([tried]) => tried === point));
  const next = inTurn(KNOWN_ERRORS);
  return [...pairs, ...missed.map((point): [Point, KnownError] => [point, next()])];
}

/** One after the other, and from the first again. */
function inTurn<T>(all: readonly T[]): () => T {
  let at = 0;
  return () => all[at++ % all.length]!;
}

/** What was wrong; undefined where all was as it should be. */
async function tryError(
  place: ServerPlace,
  work: Work,
  point: Point,
  known: KnownError,
): Promise<string | undefined> {
  const { faults } = place.server;
  const [state, number, text] = exampleOf(known);
  const error = new VerticaError(state, number, text);
  faults.arm({ kind: "error", ...placeOf(point), error });
  const failure = await work.run(place).then(() => undefined, (error) => error);
  faults.clear();
  const at = `${state} (${number}) at "${point.words}": `;
  try {
    const problem = judged(work, point, known, failure);
    await work.check(place, failure);
    return problem === undefined ? undefined : at + problem;
  } catch (error) {
    return at + String(error);
  }
}

function judged(
  { exceptions }: Work,
  { words }: Point,
  known: KnownError,
  failure: unknown,
): string | undefined {
  const exception = exceptions.find(({ words: pattern, classes }) =>
    pattern.test(words) && (classes?.includes(known.class) ?? true)
  );
  const text = failure instanceof FinpipeError ? failure.message : String(failure);
  if (exception?.outcome === "well") return failure === undefined ? undefined : text;
  if (exception !== undefined) return exception.outcome.test(text) ? undefined : text;
  if (!isKind(failure, CLASS_KINDS[known.class].kind)) return `not ${known.class}: ${text}`;
  return failure.hint === known.hint ? undefined : `its hint is "${failure.hint}"`;
}

async function loadBoth(place: ServerPlace): Promise<void> {
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-vertica-" });
  try {
    before = ++amount;
    await place.load(before);
    const rates = [rate(DAY, { currency_code: "430", currency_code_with: "420" })];
    const file = await writePartition(workDir, "currencies", DAY, rates);
    await place.warehouse.replaceDay(file, STRICT_LIMITS);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
}

/** A new one, with sessions of its own. */
async function withWarehouse<T>(
  place: ServerPlace,
  work: (warehouse: ServerPlace["warehouse"]) => Promise<T>,
): Promise<T> {
  await using warehouse = place.vertica.warehouse({ ...place.schemas, now: () => NOW });
  return await work(warehouse);
}
