/**
 * deploy/metabase sets up a Metabase: against a stand-in that holds it to the documented API, as no Metabase runs
 * here. tests/support/metabase says what it refuses.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../../deploy/metabase/failure.ts";
import { settingsOf } from "../../deploy/metabase/settings.ts";
import { inFolder } from "../support/folder.ts";
import { martTables } from "../support/metabase/mart.ts";
import {
  assertComplete,
  assertGoesOn,
  changesIn,
  done,
  failed,
  PASSWORD,
  SCHEMA,
  standIn,
  TABLES,
  VERTICA,
} from "../support/metabase/runs.ts";
import type { MetabaseStandIn } from "../support/metabase/stand_in.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
Deno.test("a new Metabase gets its administrator, the connection, model, charts, dashboard", async () => {
  await using metabase = await standIn({ starting: 2, unseen: 3 });
  const said = await done(metabase);
  assertComplete(metabase);
  assert.match(said, /^Waiting for Metabase at .*: GET \/api\/health answers 503$/m);
  assert.match(said, /^Administrator anna@example\.com: made$/m);
  assert.match(said, /^Connection finpipe: made, to vertica:5433\/VMart as reader$/m);
  const { id } = metabase.state.dashboards[0]!;
  assert.ok(said.endsWith(`Look at it: ${metabase.url}/dashboard/${id}`));
  // Two by two.
  const places = metabase.state.dashboards[0]!.dashcards.map(({ row, col }) => [row, col]);
  assert.deepEqual(places, [[0, 0], [0, 12], [7, 0], [7, 12]]);
  assert.ok(!metabase.asked.some(({ path }) => path.includes("s3")), "a secret is in a path");
});

Deno.test("run again, it asks and changes nothing", async () => {
  await using metabase = await standIn();
  await done(metabase);
  const before = structuredClone(metabase.state.dashboards);
  const from = metabase.asked.length;
  const said = await done(metabase);
  assertComplete(metabase);
  assert.deepEqual(metabase.state.dashboards, before);
  assert.deepEqual(changesIn(metabase, from), ["POST /api/session"]);
  assert.match(said, /^Administrator anna@example\.com: signed in$/m);
  assert.match(said, /^Connection finpipe: there, kept as it is$/m);
  assert.match(said, /^Chart "Accounts": there$/m);
});

Deno.test("what people made stays: cards, places, filters, tabs, passwords; ours are put back", async () => {
  await using metabase = await standIn();
  await done(metabase);
  const { state } = metabase;
  const [dashboard] = state.dashboards;
  const [{ collection_id }] = state.cards as [typeof state.cards[number]];
  // A card of theirs with a name that JSON and a shell must quote, and one of ours moved, in tabs.
  const own = {
    ...structuredClone(state.cards[1]!),
    id: state.next(),
    name: `O'Neil "$(x)" \\ </script>`,
  };
  state.cards.push(own, { ...own, id: state.next(), name: "Accounts", collection_id: null });
  dashboard!.tabs = [{ id: state.next(), name: `First "tab"` }, {
    id: state.next(),
    name: "Second",
  }];
  const [first, second] = dashboard!.tabs;
  for (const place of dashboard!.dashcards) place.dashboard_tab_id = first!.id;
  Object.assign(dashboard!.dashcards[0]!, { row: 30, col: 2, dashboard_tab_id: second!.id });
  const theirs = { id: "abcd1234", type: "number/=" as const, name: `Their "own"`, slug: "own" };
  dashboard!.parameters = [{ ...dashboard!.parameters[0]!, default: "past30days" }, theirs];
  const place = { id: state.next(), card_id: own.id, dashboard_tab_id: first!.id, row: 14, col: 0 };
  const target = state.dashboards[0]!.dashcards[1]!.parameter_mappings![1]!.target;
  const mapping = { parameter_id: theirs.id, card_id: own.id, target };
  const more = { size_x: 24, size_y: 4, series: [{ id: state.cards[2]!.id }] };
  dashboard!.dashcards.push({ ...place, ...more, parameter_mappings: [mapping] });
  const series = structuredClone(dashboard!.dashcards.at(-1)!);
  // One of ours was taken off, one was changed, one is in the trash.
  const gone = dashboard!.dashcards[1]!.card_id!;
  dashboard!.dashcards.splice(1, 1);
  state.cards.find(({ name }) => name === "Transactions")!.display = "bar";
  state.cards.find(({ name, ...card }) =>
    name === "Accounts" && card.collection_id === collection_id
  )!
    .archived = true;
  dashboard!.dashcards.splice(1, 1);
  state.collections.push({ ...state.collections[0]!, id: state.next(), personal_owner_id: 7 });
  const said = await done(metabase);
  assert.match(said, /^Chart "Transactions": put back as it should be$/m);
  assert.match(said, /^Chart "Accounts": made$/m);
  assert.match(said, /^Dashboard finpipe: 2 charts placed, filters set$/m);
  assert.deepEqual(dashboard!.dashcards.find(({ id }) => id === place.id), series);
  const [moved] = dashboard!.dashcards;
  assert.deepEqual([moved!.row, moved!.col, moved!.dashboard_tab_id], [30, 2, second!.id]);
  assert.deepEqual(dashboard!.tabs, [first, second]);
  assert.equal(dashboard!.parameters[0]!.default, "past30days");
  assert.deepEqual(dashboard!.parameters.at(-1), theirs);
  assert.equal(dashboard!.dashcards.filter(({ card_id }) => card_id === gone).length, 1);
  assert.ok(state.cards.some(({ id, name }) => id === own.id && name === own.name));
  // It is steady then.
  const from = metabase.asked.length;
  await done(metabase);
  assert.deepEqual(changesIn(metabase, from), ["POST /api/session"]);
});

Deno.test("where an answer is lost, the next run goes on, and makes nothing twice", () =>
  assertGoesOn("breaks off", ({ method }) => method !== "GET"));

Deno.test("two set-ups at once make nothing twice", async () => {
  // Whichever is first at whichever step: each one's turns come as the network has them.
  for (let turn = 0; turn < 12; turn++) {
    await using metabase = await standIn({ unseen: turn % 3 });
    await Promise.all(Array.from({ length: 2 + turn % 3 }, () => done(metabase)));
    assertComplete(metabase);
    const from = metabase.asked.length;
    await done(metabase);
    assert.deepEqual(changesIn(metabase, from), ["POST /api/session"]);
  }
});

Deno.test("what people renamed is known again, keeps its name, and is put back otherwise", async () => {
  await using metabase = await standIn();
  await done(metabase);
  const { state } = metabase;
  const count = [state.cards.length, state.dashboards.length, state.collections.length];
  const renamed = [...state.cards, ...state.dashboards, ...state.collections, ...state.connections];
  for (const [index, one] of renamed.entries()) one.name = `Theirs ${index}`;
  state.collections[0]!.location = "/77/";
  state.cards[2]!.display = "bar";
  state.dashboards[0]!.description = `Read this. ${state.dashboards[0]!.description} Or not.`;
  const [dates] = state.dashboards[0]!.parameters;
  Object.assign(dates!, { name: "When", slug: "when", type: "date/all-options" });
  const placed = () => state.dashboards[0]!.dashcards.map(({ id, card_id }) => [id, card_id]);
  const places = placed();
  const said = await done(metabase);
  assert.deepEqual([state.cards.length, state.dashboards.length, state.collections.length], count);
  assert.equal(state.connections.length, 1);
  for (const [index, one] of renamed.entries()) assert.equal(one.name, `Theirs ${index}`);
  assert.equal(state.cards[2]!.display, "line");
  assert.match(state.dashboards[0]!.description!, /^Read this\. The mart.*\[.*\] Or not\.$/);
  assert.deepEqual(placed(), places);
  const { name, slug, type } = state.dashboards[0]!.parameters[0]!;
  assert.deepEqual([name, slug, type], ["When", "when", "date/range"]);
  assert.match(said, /^Connection Theirs \d+: there, kept as it is$/m);
  assert.match(said, /^Collection finpipe: there, as "Theirs \d+"$/m);
  assert.match(said, /^Chart "Transactions": there, as "Theirs 1"$/m);
  assert.match(said, /^Dashboard finpipe: 0 charts placed, filters set$/m);
  assert.match(
    await done(metabase),
    /^Dashboard finpipe: there, as "Theirs \d+", with its charts and filters$/m,
  );
});

Deno.test("a copy that people made of a chart is theirs, also where ours is gone", async () => {
  await using metabase = await standIn();
  await done(metabase);
  const { cards, next } = metabase.state;
  const chart = cards.find(({ name }) => name === "Accounts")!;
  // Metabase copies the description, too.
  const copy = { ...structuredClone(chart), id: next.call(metabase.state), name: "Mine" };
  copy.display = "bar";
  cards.push(copy);
  chart.archived = true;
  metabase.state.dashboards[0]!.dashcards = [];
  assert.match(await done(metabase), /^Chart "Accounts": made$/m);
  assert.deepEqual([copy.name, copy.display], ["Mine", "bar"]);
});

Deno.test("a set-up by an older version is taken over", async () => {
  await using metabase = await standIn();
  await done(metabase);
  const { cards, dashboards, collections } = metabase.state;
  const described = [...cards, ...dashboards, ...collections];
  // Which ended no description with a mark.
  for (const one of described) one.description = one.description!.replace(/ \[.*/, "");
  await done(metabase);
  assertComplete(metabase);
  for (const one of described) assert.match(one.description!, new RegExp(` ${one.id}\\]$`));
});

Deno.test("a connection that leads nowhere since is told, with how to mend it", async () => {
  await using metabase = await standIn();
  await done(metabase);
  const from = metabase.asked.length;
  const connection = metabase.state.connections[0]!;
  // Vertica has another password since.
  connection.details = { ...VERTICA, password: "old" };
  const { kind, message, hint } = await failed(metabase);
  assert.equal(kind, "configuration");
  assert.match(message, /by its connection finpipe: Looks like .*; password: check your password$/);
  assert.match(hint, /Databases, finpipe, for example its password/);
  // Vertica is another database since, which METABASE_VERTICA_URL says.
  connection.details = { ...VERTICA, dbname: "old" };
  assert.match(
    (await failed(metabase)).message,
    /check your dbname\. It is kept as it is, which is not what METABASE_VERTICA_URL says: dbname old$/,
  );
  assert.deepEqual(new Set(changesIn(metabase, from)), new Set(["POST /api/session"]));
});

Deno.test("a password that is not the administrator's is told, and changes none", async () => {
  await using metabase = await standIn();
  await done(metabase);
  const from = metabase.asked.length;
  const { kind, message, hint } = await failed(metabase, { password: "another" });
  assert.equal(kind, "configuration");
  assert.match(
    message,
    /^Could not sign in as anna@example\.com: .* with 401: password: did not match/,
  );
  assert.match(hint, /changes no password/);
  assert.deepEqual(changesIn(metabase, from), ["POST /api/session"]);
  assert.equal(metabase.state.users[0]!.password, PASSWORD);
});

Deno.test("what stands after ? in the address goes to the JDBC driver", async () => {
  await using metabase = await standIn();
  await done(metabase, { vertica: { ...VERTICA, options: "TLSmode=require" } });
  const { details } = metabase.state.connections[0]!;
  assert.deepEqual(details, { ...VERTICA, "additional-options": "TLSmode=require" });
});

Deno.test("somebody who is no administrator is told so", async () => {
  await using metabase = await standIn();
  metabase.state.users.push({ email: "anna@example.com", password: PASSWORD, is_superuser: false });
  const { kind, message } = await failed(metabase);
  assert.equal(kind, "configuration");
  assert.match(message, /no administrator/);
});

Deno.test("a password that Metabase finds too common is told", async () => {
  await using metabase = await standIn();
  const { kind, message, hint } = await failed(metabase, { password: "123456" });
  assert.equal(kind, "configuration");
  assert.match(message, /user\.password: password is too common/);
  assert.match(hint, /METABASE_PASSWORD/);
});

Deno.test("a Metabase without the driver of Vertica is told, before anything is made", async () => {
  await using metabase = await standIn({ engines: ["postgres"] });
  const { kind, message, hint } = await failed(metabase);
  assert.equal(kind, "configuration");
  assert.match(message, /does not know the engine vertica/);
  assert.match(hint, /vertica-jdbc-VERSION\.jar.*let its user write to that folder/);
  assert.deepEqual(changesIn(metabase), []);
});

Deno.test("what Vertica refuses is told without the password that Metabase repeats", async () => {
  await using metabase = await standIn();
  const wrong = { ...VERTICA, host: "localhost", password: `an"other` };
  const { kind, message, hint } = await failed(metabase, { vertica: { ...wrong, options: "" } });
  assert.equal(kind, "configuration");
  assert.match(
    message,
    /connection to Vertica at localhost:5433: .*"\*\*\*"; host: check your host/,
  );
  assert.match(hint, /localhost is the machine, or the container, that Metabase runs in/);
  assert.equal(metabase.state.connections.length, 0);
});

Deno.test("a connection that is there keeps what it says, and it is told where that differs", async () => {
  await using metabase = await standIn();
  await done(metabase);
  const other = { ...VERTICA, host: "elsewhere", options: "" };
  const said = await done(metabase, { vertica: other });
  assert.match(said, /kept as it is, which is not what METABASE_VERTICA_URL says: host vertica$/m);
  assertComplete(metabase);
});

Deno.test("tables that never come are named, with what is seen", async () => {
  const tables = [...TABLES.slice(0, 1), { schema: "staging", name: "t", columns: {} }];
  await using metabase = await standIn({ tables });
  const { message, hint } = await failed(metabase, { wait: 5 });
  assert.equal(
    message,
    "Metabase has not seen finpipe_mart.v_transactions within 5 s; it sees tables of finpipe_mart, staging",
  );
  assert.match(hint, /FINPIPE_MART_SCHEMA/);
  assert.equal(changesIn(metabase).filter((one) => one.endsWith("sync_schema")).length, 1);
  const { date_update: _, ...columns } = TABLES[0]!.columns;
  await using old = await standIn({ tables: [{ ...TABLES[0]!, columns }, TABLES[1]!] });
  assert.match(
    (await failed(old, { wait: 2 })).message,
    /the column date_update of finpipe_mart\.global_metrics/,
  );
  await using empty = await standIn({ tables: [] });
  assert.match((await failed(empty, { wait: 2 })).message, /it sees no table$/);
});

Deno.test("a user that reads more than the mart is told of", async () => {
  const more = { schema: `sta"ging`, name: "t", columns: {} };
  await using metabase = await standIn({ tables: [...TABLES, more] });
  assert.match(await done(metabase), /^Warning: reader reads more than the mart.*: sta"ging\./m);
});

Deno.test("a mart in a schema whose name is quoted", async () => {
  const schema = `My "mart" O'Neil \\`;
  await using metabase = await standIn({ tables: await martTables(schema) });
  await done(metabase, { schema });
  assertComplete(metabase);
});

Deno.test("a Metabase that does not come up is told, with why", async () => {
  const metabase = await standIn({ starting: 1000 });
  const slow = await failed(metabase, { wait: 20 });
  await metabase[Symbol.asyncDispose]();
  assert.equal(slow.kind, "unreachable");
  assert.match(slow.message, /was not up within 20 s: GET \/api\/health answers 503$/);
  // Nobody listens there any more.
  const away = await failed(metabase, { wait: 0 });
  assert.equal(away.kind, "unreachable");
  assert.match(away.message, /was not up within 0 s: .*refused/i);
});

Deno.test("another server than Metabase is told", async () => {
  const answers = ["<html>A proxy's page</html>", "[]", '{"data": 7}', '{"has-user-setup": true}'];
  for (const answer of answers) {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response(answer),
    );
    const url = `http://127.0.0.1:${server.addr.port}`;
    const { message } = await failed({ url } as MetabaseStandIn);
    assert.match(message, /is not as documented: it (is|has) no/);
  }
});

Deno.test("settings come from variables or files, and what is wrong names its variable", async () => {
  const files: Record<string, string> = { a: "secret\n", empty: "\n" };
  const read = (variables: Record<string, string>) =>
    settingsOf({
      variable: (name) => variables[name],
      file: (path) =>
        path in files ? Promise.resolve(files[path]!) : Promise.reject(new Error("no such file")),
    });
  const all = {
    METABASE_EMAIL: "anna@example.com",
    METABASE_PASSWORD_FILE: "a",
    METABASE_VERTICA_URL: "vertica://re%40der:p%22%2F%3Aw@[::1]:5544/My%20db?TLSmode=require",
  };
  assert.deepEqual(await read(all), {
    url: "http://localhost:3000",
    email: "anna@example.com",
    password: "secret",
    vertica: {
      host: "::1",
      port: 5544,
      dbname: "My db",
      user: "re@der",
      password: `p"/:w`,
      options: "TLSmode=require",
    },
    schema: "finpipe_mart",
    wait: 300,
  });
  const wrong: [Record<string, string>, RegExp][] = [
    [{ METABASE_EMAIL: "" }, /^METABASE_EMAIL is not set$/],
    [{ METABASE_PASSWORD: "b" }, /^METABASE_PASSWORD and METABASE_PASSWORD_FILE are both set$/],
    [{ METABASE_PASSWORD_FILE: "none" }, /^METABASE_PASSWORD_FILE names none, .*no such file$/],
    [{ METABASE_PASSWORD_FILE: "empty" }, /^METABASE_PASSWORD_FILE names empty, which is empty$/],
    [{ METABASE_URL: "metabase:3000" }, /^METABASE_URL is no address/],
    [{ METABASE_URL: "http://a:b@metabase" }, /^METABASE_URL has more/],
    [{ METABASE_VERTICA_URL: "postgres://a:b@c/d" }, /^METABASE_VERTICA_URL is no address/],
    [{ METABASE_VERTICA_URL: "vertica://a:s3cret%@c/d" }, /^METABASE_VERTICA_URL has a %/],
    [{ METABASE_VERTICA_URL: "vertica://a:s3cret@c" }, /^METABASE_VERTICA_URL has no database/],
    [{ METABASE_VERTICA_URL: "vertica://c/d" }, /^METABASE_VERTICA_URL has no user/],
    [{ METABASE_WAIT: "5m" }, /^METABASE_WAIT is "5m"/],
  ];
  for (const [changes, message] of wrong) {
    await assert.rejects(read({ ...all, ...changes }), (error) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.kind, "configuration");
      assert.match(error.message, message);
      assert.ok(!`${error.message}${error.hint}`.includes("s3cret"));
      return true;
    });
  }
});

Deno.test("compose.yaml makes the folder of drivers so that Metabase's own user can write to it", () =>
  inFolder(async (cwd) => {
    const compose = await Deno.readTextFile(join(ROOT, "compose.yaml"));
    const [, command] = /^# {3}(mkdir .*plugins) && curl/m.exec(compose)!;
    assert.ok((await new Deno.Command("sh", { args: ["-c", command!], cwd }).output()).success);
    // Metabase takes drivers from a folder only if it can write there: src/metabase/plugins in its source.
    assert.equal((await Deno.stat(join(cwd, "plugins"))).mode! & 0o777, 0o777);
    assert.match(compose, /^ +- \.\/plugins:\/plugins$/m);
  }));

/** The command and the variables of compose.yaml's metabase-setup. */
async function composed(): Promise<{ args: string[]; variables: string[] }> {
  const compose = await Deno.readTextFile(join(ROOT, "compose.yaml"));
  const [, service] = /^ {2}metabase-setup:\n((?: {4}.*\n|\n)+)/m.exec(compose)!;
  const [, command] = /command:\n((?: {6}- .*\n)+)/.exec(service!)!;
  const [, environment] = /environment:\n((?: {6}.*\n)+)/.exec(service!)!;
  return {
    args: [...command!.matchAll(/- (.*)/g)].map(([, arg]) => arg!),
    variables: [...environment!.matchAll(/^ +(\w+):/gm)].map(([, name]) => name!),
  };
}

Deno.test("compose.yaml's service runs it with the permissions that it needs, and no others", () =>
  inFolder(async (folder) => {
    await using metabase = await standIn();
    const secrets = join(folder, "secrets");
    await Deno.mkdir(secrets);
    await Deno.writeTextFile(join(secrets, "password"), `${PASSWORD}\n`);
    const { host, port, dbname, user, password } = VERTICA;
    const url = `vertica://${user}:${encodeURIComponent(password)}@${host}:${port}/${dbname}`;
    await Deno.writeTextFile(join(secrets, "url"), url);
    const env: Record<string, string> = {
      METABASE_URL: metabase.url,
      METABASE_EMAIL: "anna@example.com",
      METABASE_PASSWORD_FILE: join(secrets, "password"),
      METABASE_VERTICA_URL_FILE: join(secrets, "url"),
      FINPIPE_MART_SCHEMA: SCHEMA,
      DENO_DIR: join(folder, "deno"),
      NO_COLOR: "1",
    };
    const { args: [deno, ...args], variables } = await composed();
    assert.equal(deno, "deno");
    for (const name of variables) assert.ok(name in env, name);
    const here = args.map((arg) =>
      arg.replace("metabase:3000", new URL(metabase.url).host)
        .replace("/run/secrets", secrets)
        .replace("/metabase/", join(ROOT, "deploy/metabase/"))
    );
    const start = async (changes: Record<string, string> = {}) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: here,
        cwd: folder,
        clearEnv: true,
        env: { ...env, ...changes },
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, stdout: text(stdout), stderr: text(stderr) };
    };
    const first = await start();
    assert.equal(first.code, 0, first.stderr);
    assert.equal(first.stderr, "");
    assertComplete(metabase);
    const second = await start({ METABASE_EMAIL: "bob@example.com" });
    assert.equal(second.code, 3);
    assert.match(
      second.stderr,
      /^Could not sign in as bob@example\.com: .*\n {2}This Metabase is set up/,
    );
    assert.equal((await start({ METABASE_EMAIL: "" })).code, 3);
  }));
