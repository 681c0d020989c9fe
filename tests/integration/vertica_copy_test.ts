/** COPY of the Vertica test server on a PostgreSQL. */
import assert from "node:assert/strict";
import pg from "pg";
import { emptyDatabase, postgresTest } from "../support/postgres.ts";
import { CopyLoader } from "../support/vertica/copy/loader.ts";
import { REJECTED_COLUMNS } from "../support/vertica/copy/rejected_spool.ts";
import { parseCopy } from "../support/vertica/copy/statement.ts";
import { VerticaError } from "../support/vertica/engine.ts";
import { TokenCursor } from "../support/vertica/sql/tokens.ts";
import { postgresType, readType } from "../support/vertica/types.ts";

const SQL = `COPY t (id, name) FROM LOCAL STDIN
  PARSER FCSVPARSER(type='rfc4180', header='false', reject_on_materialized_type_error='true')
  ENFORCELENGTH`;

const ORIGIN = { sessionId: "node0001-1:0x1", transactionId: 45035996273704962n, statementId: 3 };

/** A session with the table that is loaded, and that of its rejected rows. */
async function session(t: Deno.TestContext, scope: AsyncDisposableStack): Promise<pg.Client> {
  const database = scope.use(await emptyDatabase(t));
  const client = new pg.Client({ connectionString: database.url });
  client.on("error", () => {});
  scope.defer(() => client.end());
  await client.connect();
  const columns = REJECTED_COLUMNS.map(([name, type]) =>
    `${name} ${postgresType(readType(new TokenCursor(type)))}`
  );
  await client.query(`CREATE TABLE t (id bigint, name text); CREATE TABLE r (${columns})`);
  return client;
}

function loader(client: pg.Client, options = ""): CopyLoader {
  const type = (sql: string) => readType(new TokenCursor(sql));
  return new CopyLoader(parseCopy(`${SQL} ${options}`), {
    client,
    table: "public.t",
    columns: [
      { name: "id", type: type("INTEGER"), isNullable: false },
      { name: "name", type: type("VARCHAR(20)"), isNullable: true },
    ],
    origin: ORIGIN,
  });
}

/** Lines of the input, of which every tenth is to be rejected, in pieces that cut rows. */
function* pieces(lines: number): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = "";
  for (let n = 0; n < lines; n++) {
    text += n % 10 === 9 ? `x${n},"it\\ is\tno\nnumber"\n` : `${n},"a ""name"""\n`;
    if (text.length < 60_000) continue;
    yield encoder.encode(text.slice(0, 50_001));
    text = text.slice(50_001);
  }
  yield encoder.encode(text);
}

postgresTest("a COPY loads what is good and keeps what is not, with its reason", async (t) => {
  await using scope = new AsyncDisposableStack();
  const client = await session(t, scope);
  await client.query("BEGIN");
  using copy = loader(client, "RETURNREJECTED");
  for (const piece of pieces(100_000)) await copy.write(piece);
  await copy.finish();
  await copy.writeRejected("r");
  await client.query("COMMIT");
  assert.equal(copy.accepted, 90_000);
  assert.equal(copy.rejected, 10_000);
  assert.deepEqual(copy.rejectedRows?.slice(0, 2), [10n, 20n]);
  const loaded = await client.query("SELECT count(*)::int, min(name), max(name) FROM t");
  assert.deepEqual(loaded.rows, [{ count: 90_000, min: `a "name"`, max: `a "name"` }]);
  const { rows } = await client.query("SELECT * FROM r ORDER BY row_number DESC LIMIT 1");
  assert.deepEqual(rows, [{
    node_name: "v_finpipe_node0001",
    file_name: "STDIN",
    session_id: ORIGIN.sessionId,
    transaction_id: String(ORIGIN.transactionId),
    statement_id: "3",
    batch_number: "0",
    row_number: "100000",
    rejected_data: `x99999,"it\\ is\tno\nnumber"`,
    rejected_data_orig_length: "25",
    rejected_reason: "Invalid integer format 'x99999' for column 1 (id)",
  }]);
  const counted = await client.query("SELECT count(DISTINCT row_number)::int FROM r");
  assert.deepEqual(counted.rows, [{ count: 10_000 }]);
});

postgresTest("a COPY that is given up leaves nothing, and a session that goes on", async (t) => {
  await using scope = new AsyncDisposableStack();
  const client = await session(t, scope);
  for (const options of ["", "REJECTMAX 5"]) {
    await client.query("BEGIN");
    using copy = loader(client, options);
    const failure = await load(copy, 20_000).catch((error) => error);
    if (options === "") await copy.abort();
    else assert.ok(failure instanceof VerticaError && failure.sqlState === "22V04");
    await client.query("ROLLBACK");
    assert.deepEqual((await client.query("SELECT count(*)::int FROM t")).rows, [{ count: 0 }]);
  }
});

postgresTest("a COPY whose PostgreSQL goes away fails, and does not hang", async (t) => {
  await using scope = new AsyncDisposableStack();
  const client = await session(t, scope);
  const killer = new pg.Client({ connectionString: urlOf(client) });
  scope.defer(() => killer.end());
  await killer.connect();
  const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
  await client.query("BEGIN");
  using copy = loader(client);
  await copy.write(new TextEncoder().encode("1,a\n"));
  await killer.query("SELECT pg_terminate_backend($1)", [rows[0].pid]);
  await assert.rejects(async () => {
    await load(copy, 1_000_000);
    await copy.finish();
  });
});

async function load(copy: CopyLoader, lines: number): Promise<void> {
  for (const piece of pieces(lines)) await copy.write(piece);
}

function urlOf(client: pg.Client): string {
  const { user, password, host, port, database } = client;
  return `postgres://${user}:${password}@${host}:${port}/${database}`;
}
