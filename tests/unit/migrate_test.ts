/** Which schemas a finpipe works with, upgrades, and leaves alone. */
import assert from "node:assert/strict";
import {
  checkSchema,
  checkTables,
  hasSchema,
  migrate,
  schemaOf,
} from "../../lib/migrations/migrate.ts";
import type { Access, AppliedMigration, Migration } from "../../lib/migrations/migration.ts";
import { APPLIED } from "../../lib/migrations/record.ts";
import { query } from "../../lib/sql/query.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";

const KNOWN: readonly Migration[] = [1, 2].map((version) => ({
  version,
  name: `00${version}`,
  sql: "",
  breaks: "readers",
}));

/** A store with the given record; `did` is what was done to it, in order. */
function storeWith(record: AppliedMigration[] | undefined) {
  const did: string[] = [];
  let applied = record;
  return {
    name: "The schema",
    did,
    applied: () => Promise.resolve(applied && [...applied]),
    async alone(work: () => Promise<string[]>) {
      did.push("alone");
      applied ??= [];
      const done = await work();
      did.push("drift");
      return done;
    },
    apply({ version, breaks }: Migration) {
      did.push(`apply ${version}`);
      applied!.push({ version, breaks });
      return Promise.resolve();
    },
    refuseObstacles: () => Promise.resolve(void did.push("obstacles")),
    refuseDrift: () => Promise.resolve(void did.push("drift")),
  };
}

const one = (version: number, breaks: AppliedMigration["breaks"]) => ({ version, breaks });
const KNOWN_RECORD = [one(1, undefined), one(2, "readers")];

async function refusal(work: Promise<unknown>): Promise<string | undefined> {
  const error = await work.then(() => undefined, (error) => error);
  if (error === undefined) return undefined;
  assert.ok(error instanceof FinpipeError && error.kind === "configuration", String(error));
  return `${error.message}: ${error.hint}`;
}

Deno.test("what is missing is applied in order, once, and looked at afterwards", async () => {
  const empty = storeWith(undefined);
  assert.equal(await hasSchema(empty), false);
  assert.deepEqual(await migrate(empty, KNOWN), ["001", "002"]);
  assert.deepEqual(empty.did, ["alone", "obstacles", "apply 1", "apply 2", "drift"]);
  assert.deepEqual(await migrate(empty, KNOWN), []);
  assert.equal(empty.did.length, 6);

  const older = storeWith([one(1, undefined)]);
  assert.deepEqual(await migrate(older, KNOWN), ["002"]);
  // Its tables are its own: nothing of them is in the way.
  assert.deepEqual(older.did, ["alone", "apply 2", "drift"]);
});

Deno.test("of two that upgrade at once the second finds nothing to do", async () => {
  const store = storeWith([one(1, undefined)]);
  const { alone } = store;
  store.alone = (work) =>
    alone(() => {
      // The other one was first.
      void store.apply(KNOWN[1]!);
      return work();
    });
  assert.deepEqual(await migrate(store, KNOWN), []);
});

Deno.test("a schema that is missing or older asks for init", async () => {
  assert.equal(
    await refusal(checkSchema(storeWith(undefined), KNOWN, "read")),
    "The schema is missing: Run 'finpipe init'",
  );
  assert.equal(
    await refusal(checkSchema(storeWith([one(1, undefined)]), KNOWN, "read")),
    "The schema has version 1, which is too old: Run 'finpipe init'",
  );
  assert.equal(await refusal(checkSchema(storeWith(KNOWN_RECORD), KNOWN, "write")), undefined);
});

/** What newer migrations break, and whether readers and writers of an older finpipe go on. */
const NEWER: [breaks: AppliedMigration["breaks"][], reads: boolean, writes: boolean][] = [
  [["nothing"], true, true],
  [["writers"], true, false],
  [["readers"], false, false],
  // An older record does not say.
  [[undefined], false, false],
  [["nothing", "writers"], true, false],
  [["readers", "nothing"], false, false],
];

for (const [breaks, reads, writes] of NEWER) {
  const what = breaks.map((one) => one ?? "nobody knows what").join(", then ");
  Deno.test(`a newer schema that breaks ${what}: reads ${reads}, writes ${writes}`, async () => {
    const record = [...KNOWN_RECORD, ...breaks.map((breaks, i) => one(3 + i, breaks))];
    const check = async (access: Access) =>
      await refusal(checkSchema(storeWith(record), KNOWN, access));
    const newest = 2 + breaks.length;
    const refused =
      `The schema has version ${newest}, but this finpipe knows only version 2: Upgrade finpipe`;
    assert.equal(await check("read"), reads ? undefined : refused);
    assert.equal(await check("write"), writes ? undefined : refused);
    assert.equal(
      await refusal(migrate(storeWith(record), KNOWN)),
      writes ? undefined : refused,
    );
  });
}

Deno.test("tables are compared only with those of a version that this finpipe knows", async () => {
  const looks = async (record: AppliedMigration[]) => {
    const store = storeWith(record);
    await checkTables(store, KNOWN, "read");
    await schemaOf(store, KNOWN).checkSchema("read");
    if (record.every(({ breaks }) => breaks !== "writers")) await migrate(store, KNOWN);
    return store.did;
  };
  assert.deepEqual(await looks(KNOWN_RECORD), ["drift", "drift", "drift"]);
  assert.deepEqual(await looks([...KNOWN_RECORD, one(3, "nothing")]), []);
  // It may have renamed what only writers set.
  assert.deepEqual(await looks([...KNOWN_RECORD, one(3, "writers")]), []);
});

Deno.test("what a record does not say is not made up", () => {
  const record = query("staging/migrations_applied", "", APPLIED);
  const row = { version: "3", name: "n" };
  assert.deepEqual(record.decode(row), { version: 3, breaks: undefined });
  assert.deepEqual(record.decode({ ...row, breaks: null }).breaks, undefined);
  assert.deepEqual(record.decode({ ...row, breaks: "readers too" }).breaks, undefined);
  assert.deepEqual(record.decode({ ...row, breaks: "writers" }).breaks, "writers");
});
