/** Which hosts a finpipe asks for: Deno writes down each permission that a program uses. */
import { join } from "node:path";
import { type CliOptions, type CliResult, spawnCli } from "../cli/run_cli.ts";

/** What a run left, and what it asked of the network. */
export interface AskedHosts extends CliResult {
  /** `host:port`, `host` or a URL of each connection, listener and look-up, tried or made, sorted. */
  hosts: string[];
}

/** A line of Deno's (`DENO_AUDIT_PERMISSIONS`). */
interface Line {
  permission: string;
  value: string;
}

/** Runs finpipe as a process of its own, with all permissions that it has. */
export async function askedHosts(
  args: readonly string[],
  options: CliOptions & { cwd?: string } = {},
): Promise<AskedHosts> {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-asked-" });
  try {
    const path = join(folder, "permissions.jsonl");
    const env = { ...options.env, DENO_AUDIT_PERMISSIONS: path };
    const result = await spawnCli(args, { ...options, env }).result;
    const lines = (await Deno.readTextFile(path)).trimEnd().split("\n")
      .map((line): Line => JSON.parse(line));
    const asked = lines.filter(({ permission }) => permission === "net").map(({ value }) => value);
    return { ...result, hosts: [...new Set(asked)].sort() };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
