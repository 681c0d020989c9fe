/** The commands that documents show, run as a reader would, in a folder that looks like a clone. */
import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { SHORT_LIVED } from "../cli/run_cli.ts";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** A fenced block of commands, and of their stdout where that is shown after it. */
export interface Example {
  /** The heading that it stands under. */
  chapter: string;
  script: string;
  stdout: string | undefined;
}

export interface RunOptions {
  /** Variables beside those of this process. */
  env?: Record<string, string>;
  /** Makes a command as it is written into one that works here. @default as it is */
  fill?: (script: string) => string;
  /** Makes what is not the same each time the same, in what is shown and in what was printed. */
  normal?: (output: string) => string;
}

/** The text of a document, by its path from the root. */
export function readDocument(path: string): Promise<string> {
  return Deno.readTextFile(join(ROOT, path));
}

/** The blocks of commands, but for those that say why they are not run here. */
export function examplesOf(markdown: string): Example[] {
  return markdown.split(/^## /m).flatMap((text) => {
    const chapter = text.slice(0, text.indexOf("\n"));
    const blocks = text.matchAll(/^```sh\n([^]*?)^```\n(?:\n```text\n([^]*?)^```\n)?/gm);
    return [...blocks]
      .map(([, script, stdout]) => ({ chapter, script: script!, stdout }))
      .filter(({ script }) => !/^# not run here: ./m.test(script));
  });
}

/** A folder with the launcher and the fixtures in it, as a clone has them; removed in the end. */
export async function cloneFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "finpipe-docs-" });
  for (const name of ["finpipe", "tests"]) await Deno.symlink(join(ROOT, name), join(path, name));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Runs examples one after the other in a folder that looks like a clone. */
export async function runAll(examples: Example[], options: RunOptions = {}): Promise<void> {
  assert.ok(examples.length > 0, "there is nothing to run");
  await using folder = await cloneFolder();
  for (const example of examples) await runExample(example, folder.path, options);
}

/** Runs an example, which must succeed and print what it shows. */
export async function runExample(
  { script, stdout }: Example,
  cwd: string,
  { env = {}, fill = (text) => text, normal = (text) => text }: RunOptions = {},
): Promise<void> {
  const shell = new Deno.Command("sh", {
    args: ["-eu", "-c", fill(script)],
    cwd,
    clearEnv: true,
    env: { ...inherited(), ...SHORT_LIVED, ...env },
    // A group of its own, so that what it leaves in the background can be ended.
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = shell.output();
  const { code } = await shell.status;
  if (code !== 0) endGroup(shell.pid);
  const printed = await output;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, `${script}\n${text(printed.stdout)}\n${text(printed.stderr)}`);
  if (stdout !== undefined) assert.equal(normal(text(printed.stdout)), normal(stdout), script);
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

/** The environment of this process, but for what would configure finpipe. */
function inherited(): Record<string, string> {
  const settings = /^(FINPIPE|AIRFLOW)_/;
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => !settings.test(name)),
  );
}

/** A compose file as it is read where no variable is set: each `${NAME:-default}` is its default. */
export function withDefaults(text: string): string {
  return text.replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1");
}
