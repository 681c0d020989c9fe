/**
 * Cases of vertica-nodejs 1.1.4, each named by the heading of its README that it stands on, as that says
 * it. Run by nodejs_suite.ts with the places in its one argument: prints a line of JSON for each.
 */
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import vertica from "vertica-nodejs";

interface Place {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

const { server, tls, otherName, oauth, authority, folder } = JSON.parse(Deno.args[0]!) as
  & Record<"server" | "tls" | "otherName" | "oauth", Place>
  & Record<"authority" | "folder", string>;

/** Milliseconds that a case may take. */
const LONGEST = 20_000;

// deno-lint-ignore no-explicit-any -- the driver's types are those of pg, and tell of the half
type Loose = any;
type Result = { rows: Loose[]; fields: Loose[]; getRejectedRows(): Loose };

const Client = vertica.Client as Loose;
const Pool = (vertica as Loose).Pool;

/** What runs, and is ended when its case is over. */
const open: { end(): Promise<unknown> }[] = [];
/** What the driver throws where nobody can catch it. */
let uncaught = Promise.withResolvers<never>();

function client(config: Record<string, unknown> = {}): Loose {
  const made = new Client({ ...config });
  made.on("error", () => {});
  open.push(made);
  return made;
}

async function connected(config: Record<string, unknown> = { ...server }): Promise<Loose> {
  const made = client(config);
  await made.connect();
  return made;
}

/** By a callback, as the README does. */
function called(on: Loose, ...query: unknown[]): Promise<Result> {
  return new Promise((resolve, reject) =>
    on.query(...query, (error: unknown, result: Result) => error ? reject(error) : resolve(result))
  );
}

async function withUsers(config?: Record<string, unknown>): Promise<Loose> {
  const made = await connected(config);
  await made.query("CREATE LOCAL TEMP TABLE users(id int, name varchar) ON COMMIT PRESERVE ROWS");
  await made.query("INSERT INTO users VALUES (1, 'John')");
  await made.query("INSERT INTO users VALUES (2, 'Jane')");
  return made;
}

const CASES: Record<string, () => Promise<void>> = {
  async "Basic Connection"() {
    const one = client();
    one.connect();
    const { rows } = await called(one, "SELECT 'success' as connection");
    assert.deepEqual(rows, [{ connection: "success" }]);
  },

  async "Basic Connection Pool"() {
    const pool = new Pool();
    open.push(pool);
    const { rows } = await called(pool, "SELECT 'success' as connectionPool");
    assert.deepEqual(rows, [{ connectionPool: "success" }]);
  },

  async "Asynchronous Connection"() {
    const one = await connected({});
    const { rows } = await one.query("SELECT 'success' as asyncConnection");
    assert.deepEqual(rows, [{ asyncConnection: "success" }]);
  },

  async "Asynchronous Connection Pool"() {
    const pool = new Pool();
    open.push(pool);
    const { rows } = await pool.query("SELECT 'success' as asyncConnectionPool");
    assert.deepEqual(rows, [{ asyncConnectionPool: "success" }]);
  },

  async "Asynchronous Connection Pool: many queries on any client that is free"() {
    const pool = new Pool({ ...server, max: 3 });
    open.push(pool);
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    const found = await Promise.all(
      numbers.map(async (n) => (await pool.query("SELECT ?::INTEGER AS n", [n])).rows[0].n),
    );
    assert.deepEqual(found, numbers);
    assert.ok(pool.totalCount <= 3);
  },

  async "Asynchronous Connection Pool: a query that fails leaves the pool usable"() {
    const pool = new Pool({ ...server, max: 1 });
    open.push(pool);
    await assert.rejects(pool.query("SELECT * FROM not_there"), { code: "42V01" });
    assert.deepEqual((await pool.query("SELECT 1 AS one")).rows, [{ one: 1 }]);
  },

  async "Connection With Config Object"() {
    const one = client({ ...server });
    one.connect();
    const { rows } = await called(one, "SELECT 'success' as connectionWithConfig");
    assert.deepEqual(rows, [{ connectionWithConfig: "success" }]);
  },

  async "Connection With Config Object: a wrong password"() {
    await assert.rejects(connected({ ...server, password: "wrong" }), { code: "28000" });
  },

  async "Connection With Config Object: no such database"() {
    await assert.rejects(connected({ ...server, database: "not_there" }), /not_there/);
  },

  async "Connection Pool with Config Object"() {
    const pool = new Pool({ ...server });
    open.push(pool);
    const { rows } = await called(pool, "SELECT 'success' as connectionPoolWithConfig");
    assert.deepEqual(rows, [{ connectionPoolWithConfig: "success" }]);
  },

  async "Connection with Connection String"() {
    const one = client({ connectionString: connectionString() });
    one.connect();
    const { rows } = await called(one, "SELECT 'success' as connectionWithString");
    assert.deepEqual(rows, [{ connectionWithString: "success" }]);
  },

  async "Connection Pool with Connection String"() {
    const pool = new Pool({ connectionString: connectionString() });
    open.push(pool);
    const { rows } = await called(pool, "SELECT 'success' as connectionPoolWithString");
    assert.deepEqual(rows, [{ connectionPoolWithString: "success" }]);
  },

  async "Connection with OAuth Authentication: config object"() {
    const { host, port, database, password } = oauth;
    const one = await connected({ host, port, database, oauth_access_token: password });
    assert.deepEqual((await one.query("SELECT 1 AS one")).rows, [{ one: 1 }]);
  },

  async "Connection with OAuth Authentication: connection string"() {
    const { host, port, database, password } = oauth;
    const text = `vertica://:@${host}:${port}/${database}?oauth_access_token=${password}`;
    const one = await connected({ connectionString: text });
    assert.deepEqual((await one.query("SELECT 1 AS one")).rows, [{ one: 1 }]);
  },

  async "Connection with OAuth Authentication: a wrong token"() {
    const { host, port, database } = oauth;
    const wrong = connected({ host, port, database, oauth_access_token: "wrong" });
    await assert.rejects(wrong, { code: "28000" });
  },

  async "Workload Connection Property"() {
    const one = await connected({ ...server, workload: "analytics" });
    assert.deepEqual((await one.query("SELECT 1 AS one")).rows, [{ one: 1 }]);
  },

  async "Client Label Connection Property"() {
    const one = await connected({ ...server, client_label: "a label" });
    const { rows } = await one.query(
      "SELECT client_label FROM v_monitor.sessions WHERE client_label = 'a label'",
    );
    assert.deepEqual(rows, [{ client_label: "a label" }]);
  },

  async "Post Installation Setup: a backup server node"() {
    // The driver gives up at the first node that refuses it; one that has no address it passes over.
    const backup_server_node = `${server.host}:${server.port}`;
    const one = await connected({ ...server, host: "not-there.invalid", backup_server_node });
    assert.deepEqual((await one.query("SELECT 1 AS one")).rows, [{ one: 1 }]);
  },

  async "TLS Modes: disable"() {
    const one = await connected({ ...tls, tls_mode: "disable" });
    assert.deepEqual((await one.query("SELECT 1 AS one")).rows, [{ one: 1 }]);
  },

  async "TLS Modes: require encrypts, and trusts whoever answers"() {
    const one = await connected({ ...otherName, tls_mode: "require" });
    assert.deepEqual((await one.query("SELECT 1 AS one")).rows, [{ one: 1 }]);
  },

  async "TLS Modes: require of a server that has no TLS"() {
    const clear = connected({ ...server, tls_mode: "require" });
    await assert.rejects(clear, /does not support TLS/);
  },

  async "TLS Modes: verify-ca trusts the authority, whatever the name"() {
    const config = { tls_mode: "verify-ca", tls_trusted_certs: authority };
    const one = await connected({ ...otherName, host: "localhost", ...config });
    assert.deepEqual((await one.query("SELECT 1 AS one")).rows, [{ one: 1 }]);
  },

  async "TLS Modes: verify-ca without the authority"() {
    const config = { host: "localhost", tls_mode: "verify-ca" };
    await assert.rejects(connected({ ...tls, ...config }));
  },

  async "TLS Modes: verify-full"() {
    const config = { host: "localhost", tls_mode: "verify-full", tls_trusted_certs: authority };
    const one = await connected({ ...tls, ...config });
    assert.deepEqual((await one.query("SELECT 1 AS one")).rows, [{ one: 1 }]);
  },

  async "TLS Modes: verify-full of another name"() {
    const config = { host: "localhost", tls_mode: "verify-full", tls_trusted_certs: authority };
    await assert.rejects(connected({ ...otherName, ...config }));
  },

  async "First, a note about Results: rows and fields"() {
    const one = await withUsers();
    const { rows, fields } = await one.query("SELECT id, name FROM users ORDER BY id");
    assert.deepEqual(rows, [{ id: 1, name: "John" }, { id: 2, name: "Jane" }]);
    assert.deepEqual(fields.map(({ name }: Loose) => name), ["id", "name"]);
    assert.deepEqual(fields.map(({ dataTypeID }: Loose) => dataTypeID), [6, 9]);
  },

  async "First, a note about Results: no rows, and a statement that gives none"() {
    const one = await withUsers();
    const { rows, fields } = await one.query("SELECT id FROM users WHERE id > 5");
    assert.deepEqual([rows, fields.length], [[], 1]);
    const none = await one.query("CREATE LOCAL TEMP TABLE other(id int)");
    assert.deepEqual([none.rows, none.fields], [[], []]);
  },

  async "Vertica Data Types: ids and texts of a row"() {
    const one = await connected();
    const types = { getTypeParser: () => (text: string) => text };
    const { rows, fields } = await one.query({ text: TYPES, rowMode: "array", types });
    assert.deepEqual(fields.map(({ dataTypeID }: Loose) => dataTypeID), TYPE_IDS);
    assert.deepEqual(rows, [TYPE_TEXTS]);
  },

  async "Vertica Data Types: what the driver makes of them by itself"() {
    const one = await connected();
    const { rows } = await one.query("SELECT TRUE AS yes, 7 AS seven, 1.50 AS more, NULL AS none");
    assert.deepEqual(rows, [{ yes: true, seven: 7, more: "1.50", none: null }]);
  },

  async "Simple Query"() {
    const one = client();
    one.connect();
    await called(
      one,
      "CREATE LOCAL TEMP TABLE users(id int, name varchar) ON COMMIT PRESERVE ROWS",
    );
    await called(one, "INSERT INTO users VALUES (1, 'John')");
    const { rows } = await called(one, "SELECT * FROM users");
    assert.deepEqual(rows, [{ id: 1, name: "John" }]);
  },

  async "Simple Query: queries that wait for each other"() {
    const one = client();
    one.connect();
    const numbers = [1, 2, 3, 4, 5];
    const found = await Promise.all(
      numbers.map(async (n) => (await one.query(`SELECT ${n} AS n`)).rows[0].n),
    );
    assert.deepEqual(found, numbers);
  },

  async "Simple Query: an error is the callback's, and the client stays usable"() {
    const one = await withUsers();
    for (
      const [text, code] of [
        ["SELECT * FROM not_there", "42V01"],
        ["SELECT nothing FROM users", "42703"],
        ["SELECT 1 2", "42601"],
        ["SELECT 1 // 0", "22012"],
        ["INSERT INTO users VALUES ('x', 'y')", "22V02"],
      ] as const
    ) {
      await assert.rejects(called(one, text), { code, severity: "ERROR" }, text);
      assert.deepEqual((await called(one, "SELECT 1 AS one")).rows, [{ one: 1 }]);
    }
  },

  async "Parameterized Query"() {
    const one = await withUsers();
    const { rows } = await called(one, "SELECT * FROM users where id > ?", [1]);
    assert.deepEqual(rows, [{ id: 2, name: "Jane" }]);
  },

  async "Parameterized Query: values of all kinds"() {
    const one = await connected();
    await one.query(
      "CREATE LOCAL TEMP TABLE kinds(i int, v varchar(100), b boolean, f float, n numeric(18,6), " +
        "d date, t timestamp, u uuid) ON COMMIT PRESERVE ROWS",
    );
    const values = [
      7,
      'it\'s "quoted", \\ and ünïcode',
      true,
      1.5,
      "999999999999.999999",
      "2022-10-01",
      "2022-10-01 00:33:12.5",
      "0f8fad5b-d9cb-469f-a165-70867728950e",
    ];
    await one.query("INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values);
    await one.query("INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?, ?, ?)", Array(8).fill(null));
    const types = { getTypeParser: () => (text: string) => text };
    const text = "SELECT * FROM kinds ORDER BY i DESC NULLS LAST";
    const { rows } = await one.query({ text, types, rowMode: "array" });
    const texts = values.map((value) => value === true ? "t" : String(value));
    assert.deepEqual(rows, [texts, Array(8).fill(null)]);
  },

  async "Parameterized Query: an error, and the client stays usable"() {
    const one = await withUsers();
    for (
      const [text, values, code] of [
        ["SELECT * FROM not_there WHERE id = ?", [1], "42V01"],
        ["SELECT * FROM users WHERE id = ? AND", [1], "42601"],
        ["INSERT INTO users VALUES (?, ?)", ["x", "y"], "22V02"],
      ] as const
    ) {
      // Of an error that comes later, when it runs, the driver takes two ReadyForQuery for two queries.
      await assert.rejects(called(one, text, values), { code }, text);
      const { rows } = await called(one, "SELECT id FROM users WHERE name = ?", ["Jane"]);
      assert.deepEqual(rows, [{ id: 2 }]);
    }
  },

  async "Parameterized Query: too few values"() {
    const one = await withUsers();
    await assert.rejects(called(one, "SELECT * FROM users WHERE id > ? AND id < ?", [1]));
    assert.deepEqual((await called(one, "SELECT 1 AS one")).rows, [{ one: 1 }]);
  },

  async "Prepared Statement"() {
    const one = await withUsers();
    const text = "SELECT * FROM users where id > ? ORDER BY id";
    const first = await called(one, { name: "selectById", text, values: [0] });
    assert.deepEqual(first.rows, [{ id: 1, name: "John" }, { id: 2, name: "Jane" }]);
    const second = await called(one, { name: "selectById", values: [1] });
    assert.deepEqual(second.rows, [{ id: 2, name: "Jane" }]);
  },

  async "Prepared Statement: several, each by its name"() {
    const one = await withUsers();
    for (let n = 0; n < 20; n++) {
      const name = `s${n % 4}`;
      const query = n < 4 ? { name, text: `SELECT ?::INTEGER + ${n % 4} AS sum` } : { name };
      const { rows } = await one.query({ ...query, values: [n] });
      assert.deepEqual(rows, [{ sum: n + n % 4 }]);
    }
  },

  async "Copy From Local File"() {
    const [path, rejects, exceptions] = ["ints.dat", "rejects.txt", "exceptions.txt"];
    await Deno.writeTextFile(join(folder, path), "1\nx\n3\n");
    const one = await connected();
    await one.query("CREATE LOCAL TEMP TABLE myTable(x int) ON COMMIT PRESERVE ROWS");
    await called(
      one,
      `COPY myTable FROM LOCAL '${join(folder, path)}' REJECTED DATA '${join(folder, rejects)}' ` +
        `EXCEPTIONS '${join(folder, exceptions)}'`,
    );
    assert.deepEqual((await one.query("SELECT COUNT(*) AS n FROM myTable")).rows, [{ n: 2 }]);
    assert.equal(await Deno.readTextFile(join(folder, rejects)), "x\n");
  },

  async "Copy From Local Stdin (stream)"() {
    const path = join(folder, "stream.dat");
    await Deno.writeTextFile(path, "1\nx\n3\ny\n");
    const one = await connected();
    await one.query("CREATE LOCAL TEMP TABLE myTable(x int) ON COMMIT PRESERVE ROWS");
    const copyStream = createReadStream(path);
    const text = "COPY myTable FROM LOCAL STDIN RETURNREJECTED";
    const result = await called(one, { text, copyStream });
    assert.deepEqual([...result.getRejectedRows()].map(Number), [2, 4]);
    const { rows } = await one.query("SELECT x FROM myTable ORDER BY x");
    assert.deepEqual(rows, [{ x: 1 }, { x: 3 }]);
  },

  async "Copy From Local Stdin (stream): more than is read at once, binary and utf-8"() {
    const one = await connected();
    await one.query(
      "CREATE LOCAL TEMP TABLE myTable(x int, y varchar(100)) ON COMMIT PRESERVE ROWS",
    );
    const text = "COPY myTable FROM LOCAL STDIN DELIMITER ','";
    const lines = Array.from({ length: 20_000 }, (_, n) => `${n},ünïcode ${n}\n`).join("");
    const bytes = new TextEncoder().encode(lines);
    const pieces = Array.from(
      { length: Math.ceil(bytes.length / 999) },
      (_, n) => bytes.subarray(n * 999, (n + 1) * 999),
    );
    await one.query({ text, copyStream: Readable.from(pieces, { objectMode: false }) });
    const utf8 = Readable.from([lines], { objectMode: false, encoding: "utf-8" });
    await one.query({ text, copyStream: utf8 });
    const { rows } = await one.query(
      "SELECT COUNT(*) AS n, SUM(x) AS sum, COUNT(DISTINCT y) AS texts FROM myTable",
    );
    assert.deepEqual(rows.map(({ n, sum, texts }: Loose) => [n, Number(sum), texts]), [
      [40_000, 399_980_000, 20_000],
    ]);
  },

  async "Copy From Local Stdin (stream): an error, and the client stays usable"() {
    const one = await connected();
    const text = "COPY not_there FROM LOCAL STDIN";
    await assert.rejects(one.query({ text, copyStream: Readable.from(["1\n"]) }), {
      code: "42V01",
    });
    assert.deepEqual((await one.query("SELECT 1 AS one")).rows, [{ one: 1 }]);
  },

  async "Modifying Result Rows with RowMode"() {
    const one = await withUsers();
    const { rows } = await called(one, { text: "SElECT * FROM users", rowMode: "array" });
    assert.deepEqual(rows, [[1, "John"], [2, "Jane"]]);
  },

  async "Custom Type Parsing of Result Rows"() {
    const one = await withUsers();
    const types = { getTypeParser: () => (value: string) => value };
    const { rows } = await called(one, { text: "SELECT * FROM USERS", types });
    assert.deepEqual(rows, [{ id: "1", name: "John" }, { id: "2", name: "Jane" }]);
  },
};

const TYPES = `SELECT TRUE, 7, 1.5::FLOAT, 'ab'::CHAR(2), 'abc'::VARCHAR(10), DATE '2022-10-01',
  TIME '00:33:12', TIMESTAMP '2022-10-01 00:33:12.5', TIMESTAMPTZ '2022-10-01 00:33:12+00',
  12.345::NUMERIC(18, 6), '0F8FAD5B-D9CB-469F-A165-70867728950E'::UUID`;
const TYPE_IDS = [5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 20];
const TYPE_TEXTS = [
  "t",
  "7",
  "1.5",
  "ab",
  "abc",
  "2022-10-01",
  "00:33:12",
  "2022-10-01 00:33:12.5",
  "2022-10-01 00:33:12+00",
  "12.345000",
  "0f8fad5b-d9cb-469f-a165-70867728950e",
];

function connectionString(): string {
  const { user, password, host, port, database } = server;
  return `vertica://${user}:${password}@${host}:${port}/${database}`;
}

for (const kind of ["error", "unhandledrejection"] as const) {
  globalThis.addEventListener(kind, (event) => {
    event.preventDefault();
    uncaught.reject(event instanceof ErrorEvent ? event.error : event.reason);
  });
}

for (const [name, run] of Object.entries(CASES)) {
  uncaught = Promise.withResolvers<never>();
  uncaught.promise.catch(() => {});
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("no end in sight")), LONGEST);
  let error: string | undefined;
  try {
    await Promise.race([run(), uncaught.promise, late.promise]);
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown);
  }
  clearTimeout(timer);
  for (const one of open.splice(0)) {
    const ended = Promise.resolve(one.end()).catch(() => {});
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1000))]);
  }
  const line = `${JSON.stringify({ case: name, error })}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}
Deno.exit(0);
