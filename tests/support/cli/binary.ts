/**
 * finpipe as a built file, run as on a machine that has nothing else: no network but loopback, no Node.js
 * or deno on the PATH, an empty HOME.
 *
 * FINPIPE_TEST_BINARY names a file for the CLI cases to run (tests/integration/cli_cases_test.ts,
 * tests/long/cli_cases_test.ts). Its clock is set by Debian's libfaketime.
 */
import { join } from "node:path";
import { isOnPath, pathOf } from "../machine/programs.ts";
import { type CliOptions, type CliResult, SHORT_LIVED, streamOf } from "./run_cli.ts";

/** The file that the CLI cases are to run, if any. */
export const TEST_BINARY = Deno.env.get("FINPIPE_TEST_BINARY");

/** What any machine has, of which the file needs some when it unpacks itself. */
const COMMON = ["env", "find", "gzip", "id", "mkdir", "mktemp", "mv", "rm", "sh", "sync", "tail"]
  .concat("tar", "uname");

const FAKETIME = "faketime/libfaketime.so.1";

export interface BareOptions extends CliOptions {
  /** A clock that stands. @default the real one */
  now?: Temporal.Instant;
  /** @default that of this process */
  cwd?: string;
}

/** A machine with nothing on it, until it is disposed of. */
export interface BareMachine extends AsyncDisposable {
  /** All that is of it. */
  readonly folder: string;
  /** A folder in it, which is its TMPDIR: what the file unpacks is there. */
  readonly temp: string;
  /** Runs the file. */
  run(
    args: readonly string[],
    options?: BareOptions,
  ): Promise<CliResult>;
}

/** @param binary the path of the file */
export async function bareMachine(binary: string): Promise<BareMachine> {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-bare-" });
  const path = join(folder, "bin");
  const temp = join(folder, "tmp");
  await Deno.mkdir(path);
  await Deno.mkdir(temp);
  for (const name of COMMON) await Deno.symlink((await pathOf(name))!, join(path, name));
  const alone = await withoutNetwork();
  return {
    folder,
    temp,
    async run(args, { env = {}, stdin, now, cwd } = {}) {
      const clock = now === undefined ? {} : await clockOf(now);
      // The clock is for finpipe, not for what starts it.
      const set = Object.entries(clock).map(([name, value]) => `${name}=${value}`);
      const [program, ...words] = [...alone, join(path, "env"), ...set, binary, ...args];
      const child = new Deno.Command(program!, {
        args: words,
        clearEnv: true,
        env: { PATH: path, HOME: "", TMPDIR: temp, NO_COLOR: "1", ...SHORT_LIVED, ...env },
        ...(cwd === undefined ? {} : { cwd }),
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const output = child.output();
      // A process that wants no input closes the pipe before all is written.
      await streamOf(stdin).pipeTo(child.stdin).catch(() => {});
      const { code, stdout, stderr } = await output;
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, stdout: text(stdout), stderr: text(stderr) };
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** The words before a command that take the network from it; none where this user may not. */
async function withoutNetwork(): Promise<string[]> {
  const [unshare, sh, ip] = await Promise.all(["unshare", "sh", "ip"].map(pathOf));
  if (unshare === undefined || ip === undefined) return [];
  const words = [unshare, "--net", sh!, "-c", `"${ip}" link set lo up && exec "$@"`, "sh"];
  const { success } = await new Deno.Command(words[0]!, { args: [...words.slice(1), "true"] })
    .output();
  return success ? words : [];
}

/** Variables that make a process see a clock that stands. @throws Error where there is no libfaketime */
async function clockOf(now: Temporal.Instant): Promise<Record<string, string>> {
  const library = await faketimeLibrary();
  if (library === undefined) throw new Error("There is no libfaketime");
  const [date, time] = now.toString({ fractionalSecondDigits: 0 }).slice(0, -1).split("T");
  return {
    LD_PRELOAD: library,
    FAKETIME: `${date} ${time}`,
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    FAKETIME_DONT_RESET: "1",
    NO_FAKE_STAT: "1",
    TZ: "UTC",
  };
}

/** Where Debian puts it; undefined where it is not installed. */
export async function faketimeLibrary(): Promise<string | undefined> {
  const machine = { x86_64: "x86_64", aarch64: "aarch64" }[Deno.build.arch];
  const path = `/usr/lib/${machine}-linux-gnu/${FAKETIME}`;
  return await Deno.stat(path).then(() => path, () => undefined);
}

/** Why built files cannot be tried here; undefined where they can. */
export async function whyNoBinary(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "the file is for Linux";
  if (await faketimeLibrary() === undefined) {
    return "there is no libfaketime (apt install libfaketime)";
  }
  for (const name of COMMON) if (!await isOnPath(name)) return `there is no ${name}`;
  return undefined;
}
