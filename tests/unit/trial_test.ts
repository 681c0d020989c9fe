/** A trial of a warehouse: what it makes of answers, and what it leaves. */
import assert from "node:assert/strict";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import type { Group } from "../../lib/warehouse/trial/experiment.ts";
import { held } from "../../lib/warehouse/trial/experiment.ts";
import { masked } from "../../lib/warehouse/trial/masked.ts";
import { headLine, lastLines, linesOf } from "../../lib/warehouse/trial/report.ts";
import { stepsOf } from "../../lib/warehouse/trial/script.ts";
import { exitCodeOf, type TrialOptions, tryAll } from "../../lib/warehouse/trial/trial.ts";
import { SILENT } from "../support/logs.ts";
import { EXAMPLE, FakeGround } from "../support/fakes/trial_ground.ts";

const KEY = "aaaaaaaaaaaa";

function run(ground: FakeGround, options: Partial<TrialOptions> = {}) {
  const { signal } = new AbortController();
  return tryAll(ground, { groups: [EXAMPLE], key: KEY, signal, log: SILENT, ...options });
}

function refused(words: string, code?: string): FinpipeError {
  const cause = Object.assign(new Error(words), { code, vendorCode: 4566 });
  return new FinpipeError("failed", `Failed on Vertica: ${words}`, { cause });
}

Deno.test("a script is read: steps with their sessions, and the data of a COPY", () => {
  const steps = stepsOf(`-- About.
-- [a]
SELECT 1,
  2;
COPY t FROM STDIN
NO COMMIT;
1,"x
;"

\\.

-- [b-2] session 2, meanwhile
-- A word more.
LOCK TABLE t;

-- [c] for a while
SELECT 3;
`);
  assert.deepEqual(
    steps.map(({ name, session, isMeanwhile, isRepeated }) => [
      name,
      session,
      isMeanwhile,
      isRepeated,
    ]),
    [["a", 1, false, false], [undefined, 1, false, false], ["b-2", 2, true, false], [
      "c",
      1,
      false,
      true,
    ]],
  );
  assert.deepEqual(steps.map(({ sql }) => sql), [
    "SELECT 1,\n  2",
    "COPY t FROM STDIN\nNO COMMIT",
    "LOCK TABLE t",
    "SELECT 3",
  ]);
  assert.equal(steps[1]!.data, '1,"x\n;"\n\n');
  assert.throws(() => stepsOf("COPY t FROM STDIN;\n1\n"), /has no end/);
  assert.throws(() => stepsOf("SELECT 1\n"), /has no end/);
});

Deno.test("where all holds, it is exit 0", async () => {
  const findings = await run(new FakeGround());
  assert.deepEqual(findings.map(({ outcome }) => outcome), ["held", "held", "held"]);
  assert.equal(exitCodeOf(findings), 0);
});

for (const [effect, code] of [["copes", 0], ["stops", 4], ["wrong", 4]] as const) {
  Deno.test(`what does not hold, and "${effect}", is exit ${code}, and says what finpipe does`, async () => {
    const ground = new FakeGround((sql) => sql.includes(effect) ? [{ a: "no" }] : []);
    const findings = await run(ground);
    const [found, ...others] = findings.filter(({ outcome }) => outcome === "not");
    assert.equal(found!.effect, effect);
    assert.deepEqual(others, []);
    assert.equal(exitCodeOf(findings), code);
    const text = linesOf(found!, ground.schemas).join("\n");
    assert.match(text, new RegExp(`^not +${effect}: It is so`));
    assert.match(text, /seen: no in place of yes\n.*Something is done about it\n.*SELECT \w+;$/);
    const [, counts] = lastLines(findings, false);
    assert.equal(
      counts,
      code === 0
        ? "2 held, 1 not (finpipe does as well without), 0 not tried"
        : `2 held, 1 not, of which finpipe needs ${effect}, 0 not tried`,
    );
  });
}

Deno.test("a statement that fails is told with its SQLSTATE and number", async () => {
  const ground = new FakeGround((sql) => {
    if (sql.includes("stops")) throw refused('Relation "t" does not exist', "42V01");
    return [];
  });
  const found = (await run(ground)).find(({ outcome }) => outcome === "not");
  assert.equal(found?.seen, 'stops: 42V01 (4566): Relation "t" does not exist');
});

Deno.test("where a table cannot be made, nothing was tried, which is exit 4", async () => {
  const ground = new FakeGround((sql) => {
    if (sql.startsWith("CREATE")) throw refused("Permission denied", "42501");
    return [];
  });
  const findings = await run(ground);
  assert.deepEqual(findings.map(({ outcome, seen }) => `${outcome} ${seen}`), [
    "not_tried 42501 (4566): Permission denied",
    "not_tried 42501 (4566): Permission denied",
    "not_tried 42501 (4566): Permission denied",
  ]);
  assert.equal(exitCodeOf(findings), 4);
  assert.deepEqual(ground.statements.filter((text) => text.includes("SELECT")), []);
});

Deno.test("a session that is lost ends its group, and the next one goes on", async () => {
  const ground = new FakeGround((sql, session) => {
    if (!sql.includes("stops") || ground.statements.length > 4) return [];
    ground.lost.add(session);
    throw new FinpipeError("unreachable", "The connection was lost");
  });
  const findings = await run(ground, { groups: [EXAMPLE, EXAMPLE] });
  assert.deepEqual(findings.map(({ outcome }) => outcome), [
    "held",
    "not_tried",
    "not_tried",
    "held",
    "held",
    "held",
  ]);
  assert.equal(findings[2]!.seen, "the session was lost: The connection was lost");
});

Deno.test("what needs a step that failed was not tried; what a warehouse has not does not apply", async () => {
  const group: Group = {
    name: "other",
    scripts: { vertica: "-- [one]\nSELECT one;\n-- [two]\nSELECT two;\n" },
    experiments: [
      {
        ...EXAMPLE.experiments[0]!,
        name: "needs",
        steps: ["two"],
        needs: ["one"],
        judge: () => held(),
      },
      { ...EXAMPLE.experiments[0]!, name: "foreign", steps: ["three"], judge: () => held() },
    ],
  };
  const ground = new FakeGround((sql) => {
    if (sql.includes("one")) throw refused("No", "42601");
    return [];
  });
  const findings = await run(ground, { groups: [group] });
  assert.deepEqual(findings.map(({ outcome, seen, applies }) => [outcome, seen, applies]), [
    ["not_tried", "one: 42601 (4566): No", true],
    ["not_tried", "this warehouse has nothing of the kind", false],
  ]);
  assert.deepEqual(linesOf(findings[1]!, ground.schemas), []);
  assert.match(lastLines(findings, false)[1]!, /1 more about what this warehouse has nothing of/);
});

Deno.test("a statement that waits in another session is waited for when that is used again", async () => {
  const group: Group = {
    name: "waiting",
    scripts: {
      vertica: "-- [wait] session 2, meanwhile\nLOCK b;\n-- [shown] for a while\nSELECT shown;\n" +
        "-- [free]\nROLLBACK;\n-- [held] session 2\nSELECT held;\n",
    },
    experiments: [{
      ...EXAMPLE.experiments[0]!,
      steps: ["wait", "shown", "held"],
      judge: (seen) => held(`${seen.first("wait")} ${seen.first("shown")} ${seen.first("held")}`),
    }],
  };
  const lock = Promise.withResolvers<{ a: string }[]>();
  let asked = 0;
  const ground = new FakeGround((sql) => {
    if (sql === "LOCK b") return lock.promise;
    if (sql === "SELECT shown") return ++asked < 3 ? [] : [{ a: "shown" }];
    if (sql === "ROLLBACK") lock.resolve([{ a: "locked" }]);
    return [{ a: sql }];
  });
  const [found] = await run(ground, { groups: [group] });
  assert.equal(found!.seen, "locked shown SELECT held");
  assert.equal(asked, 3);
});

Deno.test("tables of runs that are over go at the start, and all at the end, also after a stop", async () => {
  const table = (key: string, what: string) => ({
    schema: "s",
    name: `finpipe_trial_${key}_${what}`,
    key,
  });
  const stop = new AbortController();
  const reason = new Error("stopped");
  const ground: FakeGround = new FakeGround((sql) => {
    if (sql.startsWith("CREATE")) {
      assert.deepEqual(ground.dropped, [table("bbbbbbbbbbbb", "t").name]);
      ground.tables.push(table(KEY, "t"), table(KEY, "held"));
    }
    // One that never ends.
    if (!sql.includes("stops")) return [];
    stop.abort(reason);
    return new Promise(() => {});
  });
  ground.tables = [table("bbbbbbbbbbbb", "t")];
  const warnings: string[] = [];
  const log = { ...SILENT, warn: (text: string) => void warnings.push(text) };
  await assert.rejects(run(ground, { signal: stop.signal, log }), (error) => error === reason);
  assert.deepEqual(ground.tables.map(({ name }) => name), [table(KEY, "held").name]);
  assert.match(warnings.join(), /Could not drop s\.finpipe_trial_a+_held: the next '/);
  assert.deepEqual(ground.statements.at(-1), "leave");
});

Deno.test("names are taken out of what is sent on, in whatever case, the longest first", () => {
  const names = { ada: "user", "ada_staging": "staging_schema", "h.example": "host", "": "user" };
  assert.equal(
    masked('Table ADA_STAGING.t of "ada" on h.example: adamant, v_ada_node0001', names),
    'Table <staging_schema>.t of "<user>" on <host>: adamant, v_<user>_node0001',
  );
});

Deno.test("the first line says the server, its nodes and its mode, as far as they can be seen", () => {
  assert.equal(
    headLine({ version: "V", nodes: 3, nodesUp: 2, mode: "Eon" }),
    "V, 3 nodes, 2 of them up, Eon Mode",
  );
  assert.equal(
    headLine({ version: "V", nodes: undefined, nodesUp: undefined, mode: undefined }),
    "V",
  );
});

Deno.test("a COPY is said without ENFORCELENGTH where it is not taken with it, as a load does", async () => {
  const group: Group = {
    name: "copy",
    scripts: {
      vertica:
        "-- [copy] or without ENFORCELENGTH\nCOPY t FROM STDIN\n:enforce_length\nNO COMMIT;\n1\n\\.\n",
    },
    experiments: [{
      ...EXAMPLE.experiments[0]!,
      steps: ["copy"],
      judge: (seen) => held(seen.first("copy")),
    }],
  };
  const outcome = async (code: string, second: string) => {
    const ground = new FakeGround((sql) => {
      if (sql.includes("ENFORCELENGTH")) throw refused("the first", code);
      if (second !== "") throw refused(second, "42601");
      return [{ a: "taken" }];
    });
    const [found] = await run(ground, { groups: [group] });
    return found!.seen;
  };
  assert.equal(await outcome("0A000", ""), "taken");
  assert.equal(await outcome("42601", "the second"), "copy: 42601 (4566): the first");
  assert.equal(await outcome("22V02", ""), "copy: 22V02 (4566): the first");
});
