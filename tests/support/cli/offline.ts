/** The file of `deno task compile:offline`, made for a test, and started in surroundings of its own. */
import { join } from "node:path";
import { packOffline } from "../../../tools/build/offline.ts";
import { type CliResult, SHORT_LIVED } from "./run_cli.ts";

/** The file, in a folder that is removed when this process of tests ends. */
export const offlineFile: () => Promise<string> = once(async () => {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-offline-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const file = join(folder, "finpipe");
  await packOffline(file, 1);
  return file;
});

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

/** A folder of a test, removed in the end. */
export async function testFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "finpipe-offline-" }));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

export interface Start {
  /** The whole environment, but for the PATH. */
  env: Record<string, string>;
  cwd?: string;
  /** Makes it the leader of a group of processes. @default false */
  detached?: boolean;
  stdin?: "null" | "piped";
}

/** Starts the file. */
export function startFile(
  file: string,
  args: readonly string[],
  { env, cwd, detached = false, stdin = "null" }: Start,
): Deno.ChildProcess {
  return new Deno.Command(file, {
    args: [...args],
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", NO_COLOR: "1", ...SHORT_LIVED, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    detached,
    stdin,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs the file to its end. */
export async function runFile(
  file: string,
  args: readonly string[],
  start: Start,
): Promise<CliResult> {
  return await resultOf(startFile(file, args, start));
}

/** What a process left that was started by {@link startFile}. */
export async function resultOf(child: Deno.ChildProcess): Promise<CliResult> {
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** The names in a folder, in order; none where there is no folder. */
export async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}
