/** What vertica-nodejs makes of a server: the cases of the other drivers, as far as it can do them. */
import type { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import vertica from "vertica-nodejs";
import type { CaseError, CaseResult, CaseTarget } from "./driver_clients.ts";

const COPY_LOCAL = `COPY public.nodejs_copied (id, name) FROM LOCAL STDIN DELIMITER ','
  ENFORCELENGTH`;

type Rows = (string | null)[][];

/** Runs the cases; the driver has no answer to a source that breaks, nor to COPY FROM STDIN. */
export async function runNodejsCases(target: CaseTarget): Promise<CaseResult[]> {
  const cases: Record<string, () => Promise<CaseOutcome>> = {
    "connect": () =>
      within(target, async (client) => result(await rows(client, "SELECT 1 AS one"))),
    "wrong password": async () =>
      failed(await errorOf(() => within({ ...target, password: "wrong" }, () => done()))),
    "types": () => within(target, async (client) => result(await rows(client, TYPES))),
    "parameters": () => within(target, parameters),
    "error": () => within(target, missingTable),
    "syntax error": () =>
      within(target, async (client) => failed(await errorOf(() => rows(client, "SELECT 1 2")))),
    "rollback": () => within(target, rollback),
    "copy local": () => within(target, copyLocal),
    "copy local rejected": () => within(target, copyLocalRejected),
    "cancel": () => within(target, (client) => cancel(client, target)),
    "many rows": () => within(target, manyRows),
  };
  if (target.authority !== undefined) {
    cases.tls = () =>
      within(target, async (client) => result(await rows(client, "SELECT 1 AS one")), {
        host: "localhost",
        tls_mode: "verify-full",
        tls_trusted_certs: target.authority,
      });
  }
  const results: CaseResult[] = [];
  for (const [name, run] of Object.entries(cases)) results.push({ case: name, ...await run() });
  return results;
}

type CaseOutcome = { result: unknown } | { error: CaseError };

const TYPES =
  `SELECT TRUE, 9223372036854775807, -9223372036854775807, 1.5::FLOAT, 'äb,"'::VARCHAR(10),
  'ab'::CHAR(2), DATE '2022-10-01', TIMESTAMP '2022-10-01 00:33:12.5',
  '0F8FAD5B-D9CB-469F-A165-70867728950E'::UUID, 12.345::NUMERIC(18,6),
  999999999999.999999::NUMERIC(18,6), NULL::INTEGER, ''::VARCHAR(1)`;

async function parameters(client: Client): Promise<CaseOutcome> {
  await client.query("DROP TABLE IF EXISTS public.nodejs_parameters");
  await client.query("CREATE TABLE public.nodejs_parameters (id INTEGER, name VARCHAR(20))");
  const insert = "INSERT INTO public.nodejs_parameters VALUES (?, ?)";
  for (const values of [[1, "it's"], [2, null]]) await client.query(insert, values);
  const select = "SELECT id, name FROM public.nodejs_parameters WHERE id >= ? ORDER BY id";
  return result(await rows(client, select, [1]));
}

async function missingTable(client: Client): Promise<CaseOutcome> {
  const error = await errorOf(() => rows(client, "SELECT 1 FROM public.not_there"));
  await rows(client, "SELECT 1");
  return failed(error);
}

async function rollback(client: Client): Promise<CaseOutcome> {
  await client.query("DROP TABLE IF EXISTS public.nodejs_rollback");
  await client.query("CREATE TABLE public.nodejs_rollback (id INTEGER)");
  await client.query("SET SESSION AUTOCOMMIT TO OFF");
  await client.query("INSERT INTO public.nodejs_rollback VALUES (1)");
  await client.query("ROLLBACK");
  await client.query("INSERT INTO public.nodejs_rollback VALUES (2)");
  // A statement that fails leaves what the transaction did before it.
  await errorOf(() => client.query("INSERT INTO public.nodejs_rollback VALUES ('x')"));
  await client.query("COMMIT");
  return result(await rows(client, "SELECT id FROM public.nodejs_rollback"));
}

async function makeCopied(client: Client): Promise<void> {
  await client.query("DROP TABLE IF EXISTS public.nodejs_copied");
  await client.query("CREATE TABLE public.nodejs_copied (id INTEGER, name VARCHAR(3))");
}

async function load(client: Client, data: string, text = COPY_LOCAL): Promise<Rows> {
  const { rows } = await client.query({
    text,
    copyStream: Readable.from([new TextEncoder().encode(data)], { objectMode: false }),
    rowMode: "array",
  });
  return rows as unknown as Rows;
}

async function copyLocal(client: Client): Promise<CaseOutcome> {
  await makeCopied(client);
  return result({
    loaded: await load(client, "1,abc\nx,abc\n2,äbc\n3,\n"),
    rows: await rows(client, "SELECT id, name FROM public.nodejs_copied ORDER BY id"),
  });
}

async function copyLocalRejected(client: Client): Promise<CaseOutcome> {
  await makeCopied(client);
  const text = `${COPY_LOCAL} REJECTED DATA AS TABLE public.nodejs_rejected`;
  return failed(await errorOf(() => load(client, "1,a\n", text)));
}

async function cancel(client: Client, { host, port }: CaseTarget): Promise<CaseOutcome> {
  let hasEnded = false;
  const running = errorOf(() => client.query("SELECT SLEEP(60)")).finally(() => hasEnded = true);
  // Again and again, as a request that comes before the statement cancels nothing.
  while (!hasEnded) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const canceller = new vertica.Client({ host, port }) as unknown as Canceller;
    const closed = new Promise((resolve) => canceller.connection.once("end", resolve));
    canceller.cancel(client, (client as unknown as { activeQuery: unknown }).activeQuery);
    if (canceller.connection._connecting) await closed;
  }
  const error = await running;
  await rows(client, "SELECT 1");
  return failed(error);
}

/** What the driver's types do not tell of a client that cancels. */
interface Canceller {
  cancel(client: Client, query: unknown): void;
  connection: EventEmitter & { _connecting?: boolean };
}

async function manyRows(client: Client): Promise<CaseOutcome> {
  await makeCopied(client);
  await load(client, Array.from({ length: 100_000 }, (_, n) => `${n},n\n`).join(""));
  const numbers = await rows(client, "SELECT id FROM public.nodejs_copied");
  const sum = numbers.reduce((total, [number]) => total + Number(number), 0);
  return result([String(numbers.length), String(sum)]);
}

type Client = InstanceType<typeof vertica.Client>;

async function within<T>(
  { host, port, user, password, database }: CaseTarget,
  work: (client: Client) => Promise<T>,
  options: Record<string, unknown> = {},
): Promise<T> {
  const types = { getTypeParser: parserOf };
  const config = { host, port, user, password, database, tls_mode: "disable", types, ...options };
  const client = new vertica.Client(config);
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const BOOLEAN = 5;

/** Values stay the text that the server sent; the driver's own integers would lose digits. */
function parserOf(oid: number): (text: string) => string {
  return oid === BOOLEAN ? (text) => text === "t" ? "true" : "false" : (text) => text;
}

async function rows(client: Client, text: string, values: unknown[] = []): Promise<Rows> {
  const answer = await client.query({ text, values, rowMode: "array" });
  return answer.rows as unknown as Rows;
}

/** The driver shows no number of Vertica's. */
async function errorOf(action: () => Promise<unknown>): Promise<CaseError> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return { sqlstate: String(error.code), code: null, message: error.message };
  }
  throw new Error("There was no error");
}

function result(value: unknown): CaseOutcome {
  return { result: value };
}

function failed(error: CaseError): CaseOutcome {
  return { error };
}

async function done(): Promise<void> {}
