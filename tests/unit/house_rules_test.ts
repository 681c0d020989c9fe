import assert from "node:assert/strict";
import plugin from "../../tools/house_rules.ts";

/** The ids of the rules that a file with this source breaks. */
function broken(path: string, source: string): string[] {
  const found = Deno.lint.runPlugin(plugin, path, source).map(({ id }) => id);
  return [...new Set(found)].map((id) => id.replace("finpipe/", ""));
}

interface Case {
  rule: string;
  /** Path and source of files that break the rule. */
  bad: [path: string, source: string][];
  /** Files near them that keep every rule. */
  good: [path: string, source: string][];
}

const CASES: Case[] = [
  {
    rule: "one-exit",
    bad: [
      ["lib/runtime/log.ts", "Deno.exit(1);"],
      ["commands/run.ts", "const stop = Deno['exit'];"],
    ],
    good: [
      ["main.ts", "Deno.exit(0);"],
      ["tools/check.ts", "Deno.exit(1);"],
      ["lib/runtime/log.ts", "process.exit; const x = { Deno: 1 }; x.exit(1);"],
    ],
  },
  {
    rule: "environment-in-one-place",
    bad: [
      ["lib/staging/postgres.ts", "Deno.env.get('PGHOST');"],
      ["lib/runtime/retry.ts", "process.env.HOME;"],
    ],
    good: [
      ["lib/runtime/terminal.ts", "Deno.env.get('HOME');"],
      ["lib/config/settings.ts", "Deno.env.get('HOME');"],
      ["tests/support/postgres/database.ts", "Deno.env.get('CI');"],
      ["commands/run.ts", "io.env('HOME');"],
    ],
  },
  {
    rule: "driver-in-one-folder",
    bad: [
      ["lib/staging/postgres.ts", "import pg from 'pg';"],
      ["lib/steps/load.ts", "import parser from 'vertica-nodejs/lib/parser.js';"],
      ["lib/steps/dump.ts", "import Connection from 'npm:pg@8.23.1/lib/connection.js';"],
      ["lib/warehouse/embedded/warehouse.ts", "export { PGlite } from '@electric-sql/pglite';"],
      ["lib/warehouse/embedded/warehouse.ts", "import { live } from '@electric-sql/pglite/live';"],
      ["lib/landing/land.ts", "import { from } from 'npm:pg-copy-streams@7.0.0';"],
      ["lib/steps/load.ts", "import type { Client } from 'vertica-nodejs';"],
    ],
    good: [
      ["lib/postgres/server.ts", "import pg from 'pg'; import { from } from 'pg-copy-streams';"],
      ["lib/sources/kafka/client.ts", "import { Kafka } from 'kafkajs';"],
      ["lib/warehouse/vertica/client.ts", "import vertica from 'vertica-nodejs';"],
      ["tests/support/postgres/database.ts", "import pg from 'pg';"],
      ["lib/rendering/mart/csv.ts", "import { stringify } from 'csv-stringify/sync';"],
    ],
  },
  {
    rule: "kafka-client-unnamed",
    bad: [
      ["commands/stream.ts", "const { Kafka } = await import('kafkajs');"],
      ["lib/sources/topic/topic.ts", "import Encoder from 'kafkajs/src/protocol/encoder.js';"],
      ["lib/sources/topic/topic.ts", "/** As KafkaJS has it. */ export const a = 1;"],
      ["lib/landing/topic/land.ts", "consumer.run({ eachBatch: land });"],
      ["commands/stream.ts", "// kafkajs is slow to load."],
      ["main.ts", "admin.commitOffsets(1);"],
    ],
    good: [
      ["lib/sources/kafka/topic_consumer.ts", "consumer.run({ eachBatch: land }); // kafkajs"],
      ["lib/sources/topic/topic.ts", "/** The offsets that Kafka has. */ export const a = 1;"],
      ["bench/kafka_topic.ts", "import kafkajs from 'kafkajs';"],
    ],
  },
  {
    rule: "ports-only",
    bad: [
      ["commands/cdm.ts", "import sql from '../sql/cdm.sql' with { type: 'text' };"],
      ["lib/steps/cdm.ts", "import sql from '../../sql/cdm.sql' with { type: 'text' };"],
      ["lib/steps/load.ts", "import { openServerSession } from '../postgres/server.ts';"],
      ["lib/steps/load.ts", "await import('../postgres/embedded.ts');"],
      ["lib/steps/load.ts", "import { migrate } from '../warehouse/vertica/migrations.ts';"],
      ["lib/backfill/run.ts", "await import('../warehouse/embedded/warehouse.ts');"],
      ["lib/backfill/run.ts", "import sql from '../../sql/cdm.sql' with { type: 'text' };"],
      ["lib/init.ts", "import { openServerSession } from './postgres/server.ts';"],
      ["lib/anywhere/else.ts", "import { openServerSession } from '../postgres/server.ts';"],
      ["lib/steps/load.ts", "import type { SqlSession } from '../postgres/session.ts';"],
      ["lib/steps/dump.ts", "import { PostgresDays } from '../staging/postgres/days.ts';"],
      ["lib/emit/topic.ts", "import { openTopic } from '../sources/kafka/topic.ts';"],
      ["commands/open.ts", "import { openServerSession } from '../lib/postgres/server.ts';"],
      ["commands/doctor.ts", "await import('../lib/warehouse/vertica/inspection.ts');"],
    ],
    good: [
      [
        "lib/staging/postgres/days.ts",
        "import sql from '../../../sql/a.sql' with { type: 'text' };",
      ],
      ["lib/engine/engine.ts", "import { openServerSession } from '../postgres/server.ts';"],
      ["lib/landing/land.ts", "import { PositionMoved } from '../staging/landing.ts';"],
      ["lib/emit/topic.ts", "import type { TopicWriter } from '../sources/topic/topic.ts';"],
    ],
  },
  {
    rule: "sql-as-it-stands",
    bad: [
      [
        "lib/staging/postgres/days.ts",
        "import sql from '../../../sql/a.sql' with { type: 'text' }; sql.replace('$1', day);",
      ],
      [
        "lib/postgres/picture.ts",
        "import sql from '../../sql/a.sql' with { type: 'text' }; f(sql.replaceAll(/a/g, 'b'));",
      ],
    ],
    good: [
      [
        "lib/postgres/picture.ts",
        "import sql from '../../sql/a.sql' with { type: 'text' }; text.replace('a', sql); f(sql);",
      ],
      [
        "tests/integration/a_test.ts",
        "import sql from '../../sql/a.sql' with { type: 'text' }; sql.replace('a', 'b');",
      ],
    ],
  },
  {
    rule: "pure",
    bad: [
      ["lib/events/message.ts", "import { readFileSync } from 'node:fs';"],
      ["lib/events/message.ts", "import { createLogger } from '../runtime/log.ts';"],
      ["lib/events/message.ts", "Deno.readTextFileSync('x');"],
      ["lib/events/message.ts", "Temporal.Now.instant();"],
      ["lib/events/emulator.ts", "Math.random();"],
      ["lib/events/emulator.ts", "new Date();"],
      ["lib/partitions/run_date.ts", "await fetch('https://example.org');"],
    ],
    good: [
      ["lib/events/message.ts", "import { DATASETS } from './dataset.ts';"],
      ["lib/events/message.ts", "import { FinpipeError } from '../runtime/errors.ts';"],
      ["lib/events/message.ts", "import type { RawMessage } from '../sources/source.ts';"],
      ["lib/events/dedup_window.ts", "import { createHash } from 'node:crypto';"],
      ["lib/events/emulator.ts", "Temporal.PlainDate.from('2022-10-01'); x.fetch; Math.floor(1);"],
      ["lib/partitions/run_date.ts", "import { FinpipeError } from '../runtime/errors.ts';"],
      ["lib/backfill/backfill.ts", "Temporal.Now.instant();"],
    ],
  },
  {
    rule: "error-wording",
    bad: [
      ["lib/a.ts", "new FinpipeError('data', 'cannot read it');"],
      ["lib/a.ts", "new FinpipeError('data', 'Cannot read it.');"],
      ["lib/a.ts", "new FinpipeError('data', `cannot read ${path}`);"],
      ["lib/a.ts", "new FinpipeError('data', `Cannot read ${path}.`);"],
    ],
    good: [
      ["lib/a.ts", "new FinpipeError('data', 'Cannot read it', { hint: 'Try again' });"],
      ["lib/a.ts", "new FinpipeError('data', `${name} is not a date: ${reason}`);"],
      ["lib/a.ts", "new FinpipeError('data', text); new Error('not ours.');"],
    ],
  },
];

for (const { rule, bad, good } of CASES) {
  Deno.test(`house rule ${rule} finds what breaks it`, () => {
    for (const [path, source] of bad) assert.deepEqual(broken(path, source), [rule], source);
  });
  Deno.test(`house rule ${rule} leaves the rest alone`, () => {
    for (const [path, source] of good) assert.deepEqual(broken(path, source), [], source);
  });
}

Deno.test("house rules have cases, each of them", () => {
  assert.deepEqual(CASES.map(({ rule }) => rule), Object.keys(plugin.rules));
});
