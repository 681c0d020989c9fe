/** Sessions with Vertica: logins, TLS, nodes, and what is set. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openEngine } from "../../lib/engine/engine.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { openVerticaSession } from "../../lib/warehouse/vertica/connection/session.ts";
import * as kafka from "../support/kafka/credentials.ts";
import { until } from "../support/until.ts";
import { VerticaError } from "../vertica-server/engine.ts";
import * as credentials from "../support/vertica/credentials.ts";
import { verticaSettingsOf } from "../support/vertica/url.ts";
import { startQuietServer, withSession } from "../support/vertica/sessions.ts";
import { recordingLog } from "../support/logs.ts";

const NEVER = new AbortController().signal;

/** The failure of a connection: its kind, message and hint. */
async function failureOf(url: string): Promise<string> {
  const error = await withSession(url, async () => {}).catch((error) => error);
  assert.ok(error instanceof Error, "there is a session");
  assert.ok(isKind(error, "configuration") || isKind(error, "unreachable"), String(error));
  return `${error.kind}: ${error.message}; ${error.hint}`;
}

Deno.test("a session has its label, and all that statements take for granted", async () => {
  await using place = await startQuietServer();
  await withSession(
    `${place.server.url}?statement_timeout=90s`,
    (session) => session.query("SELECT"),
  );
  assert.equal(place.engine.started[0]!.clientLabel, "finpipe:test");
  assert.deepEqual(place.engine.statements, [
    "SET SESSION AUTOCOMMIT TO OFF",
    "SET TIME ZONE TO 'UTC'",
    "SET DATESTYLE TO ISO",
    "SET STANDARD_CONFORMING_STRINGS TO ON",
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SESSION RUNTIMECAP '90 seconds'",
    "SHOW AUTOCOMMIT",
    "SELECT session_id FROM v_monitor.current_session",
    "COMMIT",
    "SELECT",
  ]);
});

Deno.test("clear text off loopback is warned of when the warehouse is opened", async () => {
  for (const [parameters, warned] of [["", true], ["?tls_mode=disable", false]] as const) {
    const { log, lines } = recordingLog();
    const now = () => Temporal.Now.instant();
    const url = `vertica://u:s3cret@vertica.example/d${parameters}`;
    const env = (name: string) => name === "FINPIPE_VERTICA_URL" ? url : undefined;
    const context = { io: { now, signal: NEVER }, log, config: { env, flags: {} } };
    await using _engine = await openEngine(context, { warehouse: true });
    await log.flush();
    assert.equal(/warn: Password and rows go to .* in clear text/.test(lines.join("")), warned);
    assert.doesNotMatch(lines.join(""), /s3cret/);
  }
});

Deno.test("a session that stays in autocommit is none", async () => {
  await using place = await startQuietServer();
  place.engine.autocommit = "on";
  assert.match(await failureOf(place.server.url), /^configuration: .*autocommit stays on/);
});

for (const auth of ["trust", "password", "sha512"] as const) {
  Deno.test(`a user logs in by ${auth}; whom the server does not know does not`, async () => {
    await using place = await startQuietServer({ auth });
    await withSession(place.server.url, (session) => session.query("SELECT"));
    if (auth === "trust") return;
    const wrong = place.server.url.replace(":secret@", ":guessed@");
    const failure = await failureOf(wrong);
    assert.match(
      failure,
      /^configuration: .*Invalid username or password; Check the user, and its password/,
    );
    assert.doesNotMatch(failure, /guessed/);
  });
}

Deno.test("a token stands for a password, whatever the environment says", async () => {
  await using place = await startQuietServer({ auth: "oauth" });
  const url = `vertica://127.0.0.1:${place.server.port}/finpipe`;
  const settings = { ...await verticaSettingsOf(`vertica://u@${url.slice(10)}`), user: "" };
  Deno.env.set("V_OAUTH_ACCESS_TOKEN", "of somebody else");
  try {
    const session = await openVerticaSession({ ...settings, oauthToken: "secret" }, { label: "" });
    await session.close();
    await assert.rejects(
      openVerticaSession({ ...settings, oauthToken: undefined }, { label: "" }),
      (error) => isKind(error, "configuration") && /token rejected/i.test(error.message),
    );
  } finally {
    Deno.env.delete("V_OAUTH_ACCESS_TOKEN");
  }
});

/** Logins that finpipe cannot answer, by how the server asks, and what is said of them at once. */
const UNANSWERED = [
  ["md5", /MD5 hash of the password of "dbadmin".*ALTER USER dbadmin SECURITY_ALGORITHM 'SHA512'/],
  [
    "second factor",
    /a kind of login that finpipe does not know \(authentication 13\); If it is a second/,
  ],
] as const;

for (const [auth, said] of UNANSWERED) {
  Deno.test(`a login by ${auth} is refused with the cause, and nothing is waited for`, async () => {
    await using place = await startQuietServer({ auth });
    const failure = await failureOf(place.server.url);
    assert.match(failure, new RegExp(`^configuration: .*${said.source}`));
  });
}

/** Where a login meets silence, and what is said of it. */
const SILENT = [
  ["before the password", /then sent nothing for 0\.3 s; .*load balancer with no node behind it/],
  [
    "after the password",
    /asked for the password, hashed by SHA512, and has been silent.*second factor/,
  ],
  ["before the session", /the login succeeded, but no session began within 0\.3 s/],
] as const;

for (const [silentLogin, said] of SILENT) {
  Deno.test(`a login that meets silence ${silentLogin} ends by its own limit`, async () => {
    await using place = await startQuietServer();
    await using other = await startQuietServer();
    place.server.faults.silentLogin = silentLogin;
    const settings = await verticaSettingsOf(place.server.url);
    const options = { label: "finpipe:test", connectTimeout: 300 };
    await assert.rejects(openVerticaSession(settings, options), (error) => {
      assert.ok(isKind(error, "unreachable"), String(error));
      assert.match(`${error.message}; ${error.hint}`, said);
      return true;
    });
    // The next node is tried.
    const nodes = [...settings.nodes, ...(await verticaSettingsOf(other.server.url)).nodes];
    await (await openVerticaSession({ ...settings, nodes }, options)).close();
    assert.equal(other.engine.started.length, 1);
  });
}

Deno.test("an error is known by Vertica's own number of it", async () => {
  await using place = await startQuietServer();
  await withSession(place.server.url, async (session) => {
    for (
      const [number, kind] of [[2088, "locked"], [2371, "unreachable"], [1, "failed"]] as const
    ) {
      place.engine.failure = new VerticaError("55000", number, "An error on demand");
      await assert.rejects(session.query("SELECT"), (error) => isKind(error, kind));
    }
  });
});

const LOCALHOST = { cert: kafka.BROKER_CERT, key: kafka.BROKER_KEY };
const EXPIRED = { cert: credentials.EXPIRED_CERT, key: credentials.EXPIRED_KEY };
const ADDRESS = { cert: credentials.ADDRESS_CERT, key: credentials.ADDRESS_KEY };

const FOREIGN =
  /its certificate is issued by ".+", and no certificate in tls_ca_file leads to that authority/;
const EXPIRY = /its certificate expired on \d{4}-\d\d-\d\d; Have the server's certificate renewed/;

/** A server's certificate, the host that is asked for, the parameters, and what comes of it. */
const TLS: [string, typeof LOCALHOST, host: string, parameters: string, outcome: RegExp | "ok"][] =
  [
    ["any certificate is taken by require", LOCALHOST, "127.0.0.1", "require", "ok"],
    ["an expired one too", EXPIRED, "localhost", "require", "ok"],
    ["require checks the chain of a CA", LOCALHOST, "localhost", "require&ca=other", FOREIGN],
    ["verify-ca checks the chain", LOCALHOST, "localhost", "verify-ca&ca=other", FOREIGN],
    ["verify-ca takes another host", LOCALHOST, "127.0.0.1", "verify-ca&ca=kafka", "ok"],
    ["verify-full takes the host", LOCALHOST, "localhost", "verify-full&ca=kafka", "ok"],
    ["verify-full takes an address", ADDRESS, "127.0.0.1", "verify-full&ca=own", "ok"],
    [
      "verify-full asks for the host",
      LOCALHOST,
      "127.0.0.1",
      "verify-full&ca=kafka",
      /another host/,
    ],
    [
      "verify-full takes no address for a name",
      ADDRESS,
      "localhost",
      "verify-full&ca=own",
      /another/,
    ],
    [
      "verify-full without a CA asks the platform's",
      LOCALHOST,
      "localhost",
      "verify-full",
      /its certificate is issued by ".+", an authority .* not know; Name the PEM .* tls_ca_file/,
    ],
    ["an expired one is no proof", EXPIRED, "localhost", "verify-full&ca=own", EXPIRY],
    ["nor for the chain alone", EXPIRED, "localhost", "verify-ca&ca=own", EXPIRY],
  ];

for (const [name, tls, host, parameters, outcome] of TLS) {
  Deno.test(`TLS: ${name}`, async () => {
    await using folder = await pemFolder();
    await using place = await startQuietServer({ tls: { ...tls, required: true } });
    const query = parameters.replace("ca=", `tls_ca_file=${folder.path}/`);
    const url = `${place.server.url.replace("127.0.0.1", host)}?tls_mode=${query}`;
    if (outcome === "ok") await withSession(url, (session) => session.query("SELECT"));
    else assert.match(await failureOf(url), new RegExp(`^configuration: .*${outcome.source}`, "s"));
  });
}

Deno.test("a client certificate is shown, and missed", async () => {
  await using folder = await pemFolder();
  await using place = await startQuietServer({ tls: { ...LOCALHOST, clientCa: kafka.CA_CERT } });
  const base = `${place.server.url}?tls_mode=require`;
  const files = `tls_cert_file=${folder.path}/client.pem&tls_key_file=${folder.path}/client.key`;
  await withSession(`${base}&${files}`, (session) => session.query("SELECT"));
  assert.match(
    await failureOf(base),
    /^configuration: .*; The server asks for a client certificate/,
  );
});

Deno.test("a server without TLS is not spoken to in clear text", async () => {
  await using place = await startQuietServer();
  const failure = await failureOf(`${place.server.url}?tls_mode=require`);
  assert.match(failure, /^configuration: .*does not support TLS.*; The server has no TLS/);
  assert.deepEqual(place.engine.started, []);
});

Deno.test("a server that asks for TLS is told of with what to set", async () => {
  await using place = await startQuietServer({ tls: { ...LOCALHOST, required: true } });
  assert.match(await failureOf(place.server.url), /^configuration: .*; .*set tls_mode/);
});

Deno.test("the next node is tried where one is down, full or starting; not where it refuses us", async () => {
  await using one = await startQuietServer();
  await using other = await startQuietServer();
  const backup = `127.0.0.1:${other.server.port}`;
  const url = `${one.server.url}?backup_server_node=127.0.0.1:1,${backup}`;
  for (
    const [sqlState, text] of [["53300", "New session rejected"], ["57V03", "starting up"]] as const
  ) {
    one.server.faults.login = new VerticaError(sqlState, 4060, text, { severity: "FATAL" });
    await withSession(url, (session) => session.query("SELECT"));
  }
  await one.server.kill();
  await withSession(url, (session) => session.query("SELECT"));
  assert.equal(other.engine.started.length, 3);
  await other.server.kill();
  // The first one's failure, and that the others were tried.
  const all = `:${one.server.port}/.*; and no session at 127.0.0.1:1, ${backup} either; Check that`;
  assert.match(await failureOf(url), new RegExp(`^unreachable: .*${all}`));

  await one.server.start();
  one.server.faults.clear();
  await assert.doesNotReject(other.server.start());
  const wrong = url.replace(":secret@", ":guessed@");
  assert.match(await failureOf(wrong), /^configuration: .*Invalid/);
  assert.equal(other.engine.started.length, 3);
});

Deno.test("a session that ends by itself is broken, and is not begun again behind our back", async () => {
  await using place = await startQuietServer();
  await using other = await startQuietServer();
  const url = `${place.server.url}?backup_server_node=127.0.0.1:${other.server.port}`;
  await withSession(url, async (session) => {
    await place.server.restart();
    await until(() => session.isBroken);
    await assert.rejects(session.query("SELECT"), (error) => isKind(error, "unreachable"));
  });
  assert.equal(place.engine.started.length, 1);
  assert.equal(other.engine.started.length, 0);
});

Deno.test("errors keep values of rows to themselves", async () => {
  await using place = await startQuietServer();
  place.engine.failure = new VerticaError("22003", 3457, 'Value "s3cret" is out of range');
  await withSession(place.server.url, async (session) => {
    await assert.rejects(session.query("SELECT"), (error) => {
      assert.ok(isKind(error, "data"));
      assert.doesNotMatch(`${error.message}${error.hint}`, /s3cret/);
      return true;
    });
    // The session goes on.
    await session.query("COMMIT");
  });
});

/** A folder with the PEM files that URLs name. */
async function pemFolder() {
  const path = await Deno.makeTempDir({ prefix: "finpipe-vertica-" });
  const files = {
    "kafka": kafka.CA_CERT,
    "own": credentials.CA_CERT,
    "other": kafka.OTHER_CERT,
    "client.pem": kafka.CLIENT_CERT,
    "client.key": kafka.CLIENT_KEY,
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(path, name), text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
