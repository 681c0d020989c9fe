/** A Vertica that gives no answer: one that works is waited for, one that stands still is not. */
import assert from "node:assert/strict";
import { type FinpipeError, isKind } from "../../lib/runtime/errors.ts";
import {
  openVerticaSession,
  type VerticaSession,
} from "../../lib/warehouse/vertica/connection/session.ts";
import { isStatement, TcpProxy } from "../support/network/tcp_proxy.ts";
import { SERVER } from "../vertica-server/certificates.ts";
import { VerticaError } from "../vertica-server/engine.ts";
import { openTestVertica, type OwnServer, ownVerticaTest } from "../support/vertica/place.ts";
import { verticaSettingsOf } from "../support/vertica/url.ts";
import { startQuietServer } from "../support/vertica/sessions.ts";

/** Milliseconds: a server that works is asked about many times in a test. */
const SHORT = { label: "finpipe:frozen", patience: 100, connectTimeout: 1500 };

/** Milliseconds: several times longer than the patience. */
const LONG = 6 * SHORT.patience;

interface Place extends OwnServer {
  /** As the administrator, without patience. */
  other: VerticaSession;
  open(url: string): Promise<VerticaSession>;
  /** Of a plain user, who has a table `own.t`. */
  userUrl: string;
}

function serverTest(name: string, test: (place: Place) => Promise<void>): void {
  ownVerticaTest(name, async () => {
    await using vertica = await openTestVertica();
    await using sessions = new AsyncDisposableStack();
    const open = async (url: string, options: { label: string } = SHORT) => {
      const session = await openVerticaSession(await verticaSettingsOf(url), options);
      sessions.defer(() => session.close());
      return session;
    };
    const other = await open(vertica.url, { label: "finpipe:other" });
    for (const statement of SETUP) await other.query(statement);
    await other.query("COMMIT");
    const userUrl = new URL(vertica.url);
    userUrl.username = "plain";
    await test({ ...vertica.own!, other, open, userUrl: userUrl.href });
  });
}

const SETUP = [
  "CREATE USER plain",
  "CREATE SCHEMA own",
  "CREATE TABLE own.t (n INT, line VARCHAR(2000))",
  "GRANT USAGE ON SCHEMA own TO plain",
  "GRANT SELECT, INSERT, UPDATE, DELETE ON own.t TO plain",
  "INSERT INTO own.t VALUES (1, 'one')",
];

const COPY = "COPY own.t FROM STDIN DELIMITER ',' NO COMMIT";
const NEVER = new AbortController().signal;

/** More than sockets and proxies hold. */
async function* large(): AsyncGenerator<Uint8Array, void, void> {
  for (let piece = 0; piece < 80; piece++) {
    yield await Promise.resolve(new TextEncoder().encode(`1,${"x".repeat(999)}\n`.repeat(500)));
  }
}

async function lostOf(work: Promise<unknown>): Promise<FinpipeError> {
  const error = await work.then(() => undefined, (error) => error);
  assert.ok(isKind(error, "unreachable"), String(error));
  assert.ok(error.hint, "it says what to do");
  return error;
}

serverTest(
  "a server that stands still is unreachable, and closing does not wait",
  async (place) => {
    await using proxy = new TcpProxy(place.userUrl, () => "pass");
    const url = withoutPostgresWords(proxy.url);
    const frozen = await place.open(url);
    const copying = await place.open(url);
    proxy.freeze();
    const works = [
      frozen.query("UPDATE own.t SET n = n + 1"),
      copying.copy(COPY, large(), NEVER),
    ];
    for (const error of await Promise.all(works.map(lostOf))) {
      assert.match(
        error.message,
        /^Cannot reach Vertica at .*: no answer for a while, and none to a new/,
      );
    }
    // What it was lost by is what is said of it from now on.
    assert.match(
      (await lostOf(frozen.query("COMMIT"))).message,
      /: no answer for a while, and none/,
    );
    await frozen.close();
    await copying.close();
    proxy.thaw();
    const idle = await place.open(url);
    proxy.freeze();
    await idle.close();
  },
);

serverTest("a connection that is lost is unreachable, and its locks are freed", async (place) => {
  for (const statement of ["COMMIT", "UPDATE own.t SET n = 3"]) {
    // Its own begin ends with a COMMIT, which is to pass.
    let isOpen = false;
    await using proxy = new TcpProxy(
      place.userUrl,
      (bytes) => isOpen && isStatement(bytes, statement) ? "lose" : "pass",
    );
    const lost = await place.open(withoutPostgresWords(proxy.url));
    isOpen = true;
    await lost.query("UPDATE own.t SET n = n + 1");
    const error = await lostOf(lost.query(statement));
    assert.match(error.message, /: the connection was lost without notice$/);
    // It would wait for as long as the server takes the other one for alive.
    await place.other.query("UPDATE own.t SET line = 'two'");
    await place.other.query("ROLLBACK");
  }
  const [row] = await place.other.query("SELECT n FROM own.t");
  assert.equal(row!.n, "1");
});

serverTest("a session that is over, and nobody told us, is unreachable", async (place) => {
  const session = await place.open(place.userUrl);
  const query = "SELECT session_id FROM v_monitor.sessions WHERE client_label = 'finpipe:frozen'";
  const [{ session_id }] = await place.other.query(query) as [{ session_id: string }];
  place.server.faults.arm({ kind: "stall", statement: /SELECT n/ });
  const lost = lostOf(session.query("SELECT n FROM own.t"));
  await place.other.query(`SELECT CLOSE_SESSION('${session_id}')`);
  assert.match((await lost).message, /: the connection was lost without notice$/);
});

serverTest("what takes its time is waited for: a statement, a lock, a COPY", async (place) => {
  const { other } = place;
  const slow = await place.open(place.userUrl);
  await slow.query(`SELECT SLEEP(${Math.ceil(LONG / 1000)})`);
  await other.query("LOCK TABLE own.t IN EXCLUSIVE MODE");
  const waiting = slow.query("UPDATE own.t SET n = 7");
  await new Promise((resolve) => setTimeout(resolve, LONG));
  await other.query("ROLLBACK");
  await waiting;
  await slow.query("COMMIT");
  // Back pressure: some bytes a second are read, in pieces that take longer than the patience.
  place.server.faults.copyRate = 200_000;
  const rows = async function* () {
    for (let piece = 0; piece < 4; piece++) {
      yield await Promise.resolve(new TextEncoder().encode(`2,${"x".repeat(997)}\n`.repeat(60)));
    }
  };
  await slow.copy(COPY, rows(), NEVER);
  await slow.query("COMMIT");
  const [row] = await slow.query("SELECT COUNT(*) AS rows FROM own.t WHERE n = 2");
  assert.equal(row!.rows, "240");
});

serverTest("a server that takes no more sessions is alive", async (place) => {
  const slow = await place.open(place.userUrl);
  place.server.faults.login = new VerticaError("53300", 5415, "No more", { severity: "FATAL" });
  await slow.query(`SELECT SLEEP(${Math.ceil(LONG / 1000)})`);
  place.server.faults.clear();
});

serverTest("a server that goes down and does not say so to us is not", async (place) => {
  const slow = await place.open(place.userUrl);
  place.server.faults.arm({ kind: "stall", statement: /SELECT n/ });
  place.server.faults.login = new VerticaError("57V03", 3, "Starting up", { severity: "FATAL" });
  await lostOf(slow.query("SELECT n FROM own.t"));
});

serverTest("where users may not look at sessions, silence is waited through", async (place) => {
  for (const table of ["sessions", "current_session"]) {
    await place.other.query(`REVOKE SELECT ON v_monitor.${table} FROM PUBLIC`);
    await place.other.query("COMMIT");
    const slow = await place.open(place.userUrl);
    await slow.query(`SELECT SLEEP(${Math.ceil(LONG / 1000)})`);
  }
});

Deno.test("behind TLS a server that stands still is noticed too", async () => {
  await using place = await startQuietServer({ tls: SERVER });
  await using proxy = new TcpProxy(place.server.url, () => "pass");
  const settings = await verticaSettingsOf(`${withoutPostgresWords(proxy.url)}?tls_mode=require`);
  const frozen = await openVerticaSession(settings, SHORT);
  await frozen.query("SELECT");
  proxy.freeze();
  await lostOf(frozen.query("SELECT"));
  await frozen.close();
});

/** The proxy speaks of TLS in PostgreSQL's words. */
function withoutPostgresWords(url: string): string {
  return url.replace(/\?.*/, "");
}
