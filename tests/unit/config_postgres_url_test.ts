/** Connection URLs: parts, defaults, TLS files, and what is reported. */
import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { parseConnectionUrl } from "../../lib/config/connection_url.ts";
import { postgresSettings } from "../../lib/config/postgres_settings.ts";
import { POSTGRES_FORM, type PostgresSettings } from "../../lib/config/postgres_url.ts";

const DEFAULTS = { user: "me", home: undefined };
const ANY_TLS = { rejectUnauthorized: false };

/** The settings of a URL and what was reported about it. */
async function read(url: string, defaults: { user: string; home: string | undefined } = DEFAULTS) {
  const problems: string[] = [];
  const report = (what: string, mend: string) => void problems.push(`${what}; ${mend}`);
  const parts = parseConnectionUrl(url, POSTGRES_FORM, report);
  const settings = parts && await postgresSettings(parts, defaults, report);
  return { settings, problems };
}

const GOOD: [url: string, settings: Partial<PostgresSettings>][] = [
  // To libpq a + is a +; only Airflow's URIs are form-encoded.
  ["postgres://h/d?user=a+b", { user: "a+b" }],
  ["postgres://ada:pw@db.example:6432/money", {
    host: "db.example",
    port: 6432,
    user: "ada",
    password: "pw",
    database: "money",
    tlsAttempts: [ANY_TLS, false],
    displayName: "PostgreSQL at db.example:6432/money",
  }],
  ["postgresql://", { host: "localhost", port: 5432, user: "me", database: "me" }],
  ["postgres://ada@h", { user: "ada", database: "ada", password: undefined }],
  ["postgres://h/money", { user: "me", database: "money" }],
  ["postgres://a%40b:p%2F%3A%3F%25@h/d%20b", { user: "a@b", password: "p/:?%", database: "d b" }],
  ["postgres://ada:a:b@h/", { password: "a:b", database: "ada" }],
  ["postgres://ada:a@b#c@h/d", { password: "a@b#c", host: "h" }],
  ["postgres://[::1]:6432/d", { host: "::1", displayName: "PostgreSQL at [::1]:6432/d" }],
  [" postgres://h/d\n", { host: "h", database: "d" }],
  ["postgres:///d?host=/var/run/postgresql&sslmode=require", {
    host: "/var/run/postgresql",
    tlsAttempts: [false],
    displayName: "PostgreSQL at /var/run/postgresql:5432/d",
  }],
  ["postgres://%2Fvar%2Frun/d", { host: "/var/run", tlsAttempts: [false] }],
  ["postgres://h/d?user=ada&password=p&dbname=e&port=99", {
    user: "ada",
    password: "p",
    database: "e",
    port: 99,
  }],
  ["postgres://h/d?application_name=x&connect_timeout=3&keepalives=1", { host: "h" }],
  ["postgres://h/d?sslmode=disable", { tlsAttempts: [false] }],
  ["postgres://h/d?sslmode=allow", { tlsAttempts: [false, ANY_TLS] }],
  ["postgres://h/d?sslmode=prefer", { tlsAttempts: [ANY_TLS, false] }],
  ["postgres://h/d?sslmode=require", { tlsAttempts: [ANY_TLS] }],
  ["postgres://h/d?sslrootcert=system", { tlsAttempts: [{ rejectUnauthorized: true }] }],
];

for (const [url, expected] of GOOD) {
  Deno.test(`reads ${url.trim()}`, async () => {
    const { settings, problems } = await read(url);
    assert.deepEqual(problems, []);
    assert.deepEqual({ ...settings, ...expected }, settings);
  });
}

const BAD: [url: string, ...problems: RegExp[]][] = [
  ["mysql://h/d", /not a postgres:\/\/ URL/],
  ["h:5432/d", /not a postgres:\/\/ URL/],
  ["postgres://ada:s3cret/x@h/d", /@ after the host; Write @ as %40, \/ as %2F/],
  ["postgres://ada:s3cret?x@h/d", /@ after the host/],
  ["postgres://ada:s3cret%zz@h/d", /% is not followed by two hex digits/],
  ["postgres://ada:s3cret/d", /port is not a number/],
  ["postgres://h:0/d", /port is not a number/],
  ["postgres://h:65536/d", /port is not a number/],
  ["postgres://[::1/d", /port is not a number/],
  ["postgres://a,b/d", /several hosts; Name one/],
  ["postgres://h/d?sslmod=require", /does not know the parameter "sslmod"/],
  ["postgres://h/d?s3cret%20x=1", /parameter whose name is not a plain word/],
  ["postgres://h/d?channel_binding=require&options=x", /"channel_binding"/, /"options"/],
  ["postgres://h/d?sslmode=no", /sslmode is "no"; Use one of disable, allow, prefer/],
  ["postgres://h/d?sslmode=verify-full", /needs a CA to check .* sslrootcert=FILE/],
  ["postgres://h/d?sslmode=verify-ca", /needs a CA to check .* sslrootcert=FILE/],
  ["postgres://h/d?sslmode=require&sslrootcert=system", /cannot be combined with sslmode=require/],
  [
    "postgres://h/d?sslrootcert=/nowhere/ca.pem",
    /sslrootcert: there is no file "\/nowhere\/ca.pem"/,
  ],
  ["postgres://h/d?sslcert=/nowhere/a", /only one of sslcert and sslkey is given/],
  [
    "postgres://h:x/d?sslmode=no&sslcert=/nowhere/a&sslkey=/nowhere/b",
    /port/,
    /sslmode/,
    /sslcert: there is no file/,
    /sslkey: there is no file/,
  ],
];

for (const [url, ...expected] of BAD) {
  Deno.test(`reports ${url}`, async () => {
    const { problems } = await read(url);
    assert.equal(problems.length, expected.length, problems.join("\n"));
    expected.forEach((pattern, index) => assert.match(problems[index]!, pattern));
    for (const text of problems) assert.doesNotMatch(text, /s3cret/);
  });
}

Deno.test("TLS files are read; one that is no PEM is reported", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [ca, cert, key, junk] = ["ca", "cert", "key", "junk"].map((name) => join(folder, name));
    await Deno.writeTextFile(ca!, "-----BEGIN CERTIFICATE-----\nca");
    await Deno.writeTextFile(cert!, "-----BEGIN CERTIFICATE-----\ncert");
    await Deno.writeTextFile(key!, "-----BEGIN EC PRIVATE KEY-----\nkey");
    await Deno.writeTextFile(junk!, "s3cret");
    const files = `sslrootcert=${ca}&sslcert=${cert}&sslkey=${key}`;
    const { settings, problems } = await read(`postgres://h/d?sslmode=verify-full&${files}`);
    assert.deepEqual(problems, []);
    assert.deepEqual(settings?.tlsAttempts, [{
      rejectUnauthorized: true,
      ca: "-----BEGIN CERTIFICATE-----\nca",
      cert: "-----BEGIN CERTIFICATE-----\ncert",
      key: "-----BEGIN EC PRIVATE KEY-----\nkey",
    }]);
    const bad = await read(`postgres://h/d?sslrootcert=${junk}&sslcert=${key}&sslkey=${cert}`);
    assert.equal(bad.problems.length, 3);
    assert.match(bad.problems[0]!, /^sslrootcert: the file ".*junk" holds no CERTIFICATE in PEM/);
    assert.match(bad.problems[2]!, /^sslkey: .* holds no PRIVATE KEY/);
    assert.doesNotMatch(bad.problems.join(), /s3cret/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the authority in the user's folder is used, as by libpq", async () => {
  const home = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(home, ".postgresql"));
    await Deno.writeTextFile(join(home, ".postgresql", "root.crt"), "-----BEGIN CERTIFICATE-----");
    for (const mode of ["verify-full", "verify-ca", "require"]) {
      const { settings, problems } = await read(`postgres://h/d?sslmode=${mode}`, {
        user: "me",
        home,
      });
      assert.deepEqual(problems, []);
      const [tls] = settings!.tlsAttempts;
      assert.ok(tls);
      assert.equal(tls.ca, "-----BEGIN CERTIFICATE-----");
      assert.equal(tls.checkServerIdentity === undefined, mode === "verify-full");
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("any user, password and database come back from their encoded form", async () => {
  const text = fc.string({ minLength: 1, unit: "grapheme" });
  await fc.assert(fc.asyncProperty(text, text, text, async (user, password, database) => {
    const [u, p, d] = [user, password, database].map(encodeURIComponent);
    const { settings, problems } = await read(`postgres://${u}:${p}@h/${d}`);
    assert.deepEqual(problems, []);
    assert.deepEqual([settings?.user, settings?.password, settings?.database], [
      user,
      password,
      database,
    ]);
  }));
});

Deno.test("a password that was not encoded never shows, in a message or a name", async () => {
  const part = fc.stringMatching(/^[a-z0-9@:/?#%&= ]{0,6}$/);
  await fc.assert(fc.asyncProperty(part, part, async (before, after) => {
    const { settings, problems } = await read(`postgres://u:${before}SECRET${after}@h/d`);
    assert.doesNotMatch(problems.join(), /SECRET/);
    if (problems.length === 0) assert.doesNotMatch(settings!.displayName, /SECRET/);
  }));
});
