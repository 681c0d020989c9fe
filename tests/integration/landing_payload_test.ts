/** The payload is landed as it is, and beside it the typed columns say what it says. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { DATASET_NAMES } from "../../lib/events/dataset.ts";
import { engineTests, type TestEngine } from "../support/engine/engines.ts";
import { jsonl } from "../support/events/messages.ts";
import { oddMessage } from "../support/events/odd_json.ts";

const engineTest = engineTests();

/** All landed rows of a source partition in order of their messages, with the dataset of each. */
async function landedRows(engine: TestEngine, sourceId: number) {
  const rows = [];
  for (const dataset of DATASET_NAMES) {
    const found = await engine.query(`SELECT * FROM stg.${dataset} WHERE source_id = $1`, [
      sourceId,
    ]);
    for (const row of found) {
      const {
        source_id: _source,
        position,
        landing_id: _landing,
        replayed_id: _replayed,
        in_window: _window,
        payload,
        ...columns
      } = row;
      rows.push({ dataset, position: Number(position), payload, columns });
    }
  }
  return rows.sort((one, other) => one.position - other.position);
}

engineTest("the payload's own characters and what they say are landed", async (engine) => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(oddMessage, { minLength: 100, maxLength: 100, size: "max" }),
      async (messages) => {
        // A version that was landed in this run is a duplicate.
        const unique = [...new Map(messages.map((m) => [m.columns.object_id, m])).values()];
        const text = jsonl(...unique.map(({ text }) => text));
        const { duplicates, rejected } = await engine.landText(text, { rows: 30 });
        assert.deepEqual({ duplicates, rejected }, { duplicates: 0, rejected: 0 });
        const rows = await landedRows(engine, ++runs);
        assert.deepEqual(
          rows.map(({ dataset, payload, columns }) => ({ dataset, payload, columns })),
          unique.map(({ dataset, payload, columns }) => ({ dataset, payload, columns })),
        );
      },
    ),
    { numRuns: 6, endOnFailure: true },
  );
});

engineTest("a payload of a megabyte, all of it escapes, is landed as it is", async (engine) => {
  const note = "\\\\\\t\\u0009€".repeat(100_000);
  const payload = `{ "note": "${note}", "date_update":"2022-10-01 00:00:00","currency_code":1,` +
    '"currency_code_with":2,"currency_with_div":3}';
  const id = crypto.randomUUID();
  await engine.landText(jsonl(
    `{"object_id":"${id}","object_type":"CURRENCY","sent_dttm":"2022-10-01T00:00:00","payload":${payload}}`,
  ));
  const [row] = await engine.query("SELECT payload FROM stg.currencies");
  assert.ok(row?.payload === payload);
});
