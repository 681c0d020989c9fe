/**
 * Writes docs/cli.md: what `--help` says about each command, so that the two never differ.
 *
 * Usage: deno run -A tools/cli_reference.ts [--check] With --check nothing is written; exit 1 where
 * the file is out of date.
 */
import { COMMANDS } from "../commands/registry.ts";
import { run } from "../commands/run.ts";
import type { Io, Output } from "../lib/runtime/io.ts";

const FILE = new URL("../docs/cli.md", import.meta.url);

const HEAD = `# Command line reference

Made from \`--help\` by \`tools/cli_reference.ts\`: do not edit. What the data means is in
[contract.md](contract.md).
`;

/** The whole text of docs/cli.md. */
export async function cliReference(): Promise<string> {
  const sections = [HEAD, section("finpipe", await helpOf([]))];
  for (const { name, hidden } of COMMANDS) {
    if (hidden === true) continue;
    sections.push(section(`finpipe ${name}`, await helpOf([name])));
  }
  return sections.join("\n");
}

function section(title: string, help: string): string {
  return `## ${title}\n\n\`\`\`text\n${help.trimEnd()}\n\`\`\`\n`;
}

/** What `finpipe COMMAND --help` prints. */
async function helpOf(command: readonly string[]): Promise<string> {
  const stdout = new Capture();
  const stderr = new Capture();
  const io: Io = {
    program: "finpipe",
    stdin: new ReadableStream(),
    stdout,
    stderr,
    env: () => undefined,
    envNames: () => [],
    now: () => Temporal.Now.instant(),
    signal: new AbortController().signal,
  };
  const code = await run([...command, "--help"], io);
  if (code !== 0) throw new Error(`finpipe ${command.join(" ")} --help: ${stderr.text}`);
  return stdout.text;
}

class Capture implements Output {
  readonly isTerminal = false;
  text = "";

  write(data: string | Uint8Array): Promise<void> {
    this.text += typeof data === "string" ? data : new TextDecoder().decode(data);
    return Promise.resolve();
  }
}

/** The number of the first line that differs, from 1. */
function firstDifference(a: string, b: string): number {
  const [left, right] = [a.split("\n"), b.split("\n")];
  let line = 0;
  while (left[line] === right[line] && line < left.length) line++;
  return line + 1;
}

async function textOf(file: URL): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

if (import.meta.main) {
  const wanted = await cliReference();
  const found = await textOf(FILE);
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(FILE, wanted);
  } else if (found !== wanted) {
    const line = firstDifference(found, wanted);
    const message = `docs/cli.md is out of date from line ${line} on:\n` +
      `- ${found.split("\n")[line - 1] ?? ""}\n+ ${wanted.split("\n")[line - 1] ?? ""}\n` +
      "Run 'deno run -A tools/cli_reference.ts' and commit what it writes\n";
    await Deno.stderr.write(new TextEncoder().encode(message));
    Deno.exit(1);
  }
}
