/** A PgBouncer in front of a database, for tests; skipped where it is not installed. */
import { join } from "node:path";
import { isOnPath } from "../machine/programs.ts";
import { freePort } from "../network/ports.ts";
import { POSTGRES_MISSING } from "./database.ts";
import { until } from "../until.ts";

/** Why there is none; undefined where there is. */
export const PGBOUNCER_MISSING = POSTGRES_MISSING ??
  (await isOnPath("pgbouncer") ? undefined : "pgbouncer is not installed");

/** Starts one; disposing of it ends it. */
export async function startPgbouncer(
  url: string,
  poolMode: "transaction" | "session",
): Promise<AsyncDisposable & { url: string }> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const folder = await Deno.makeTempDir({ prefix: "finpipe-pgbouncer-" });
  const listenPort = freePort();
  const config = join(folder, "pgbouncer.ini");
  const users = join(folder, "users.txt");
  await Deno.writeTextFile(users, `"${username}" "${decodeURIComponent(password)}"\n`);
  await Deno.writeTextFile(
    config,
    `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = plain
auth_file = ${users}
pool_mode = ${poolMode}
`,
  );
  for (const path of [folder, config, users]) await Deno.chmod(path, 0o755);
  // It refuses to run as root.
  const asNobody = Deno.uid() === 0 ? ["-u", "nobody"] : [];
  const child = new Deno.Command("pgbouncer", {
    args: [...asNobody, "-q", config],
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until(async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: listenPort })
      .catch(() => undefined);
    connection?.close();
    return connection !== undefined;
  });
  const own = new URL(`postgres://127.0.0.1:${listenPort}${pathname}`);
  [own.username, own.password] = [username, password];
  return {
    url: own.href,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}
