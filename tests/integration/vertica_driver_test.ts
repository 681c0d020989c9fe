/** What would hurt us of vertica-nodejs is kept out (lib/warehouse/vertica/connection/driver.ts). */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import { spawnCli } from "../support/cli/run_cli.ts";
import { startQuietServer, withSession } from "../support/vertica/sessions.ts";

/** Runs a command that needs the warehouse, as a process: the driver reads the process's environment. */
async function report(url: string, env: Record<string, string>) {
  const cli = spawnCli(["report", "--retry-for", "0s"], {
    env: { ...env, FINPIPE_VERTICA_URL: url, FINPIPE_LOG_FORMAT: "text" },
  });
  return await cli.result;
}

/** What the driver takes from the environment for what the settings leave out. */
const LEFT_OUT = [["oauth", "V_OAUTH_ACCESS_TOKEN"], ["password", "V_PASSWORD"]] as const;

for (const [auth, variable] of LEFT_OUT) {
  Deno.test(`${variable} of the environment is not taken`, async () => {
    await using place = await startQuietServer({ auth });
    const url = `vertica://dbadmin@127.0.0.1:${place.server.port}/finpipe`;
    const { code, stderr } = await report(url, { [variable]: "secret" });
    assert.equal(code, 3, stderr);
    assert.match(stderr, /Cannot use Vertica at 127.0.0.1:\d+\/finpipe: /);
  });
}

Deno.test("what is no message of Vertica's breaks the session, not the process", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const answering = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(1024));
    // A code that the driver does not know, and the length of an empty body.
    await connection.write(Uint8Array.of(0x7e, 0, 0, 0, 4));
    while (await connection.read(new Uint8Array(1024)).catch(() => null) !== null);
  })();
  const url = `vertica://dbadmin:secret@127.0.0.1:${listener.addr.port}/finpipe`;
  await assert.rejects(
    withSession(url, async () => {}),
    (error) => isKind(error, "unreachable") && /may not be Vertica/.test(error.hint!),
  );
  await answering;
});
