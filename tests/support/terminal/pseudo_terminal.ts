/** Finpipe in a pseudo-terminal (util-linux `script`), and what a person sees there. */
import xterm from "@xterm/headless";
import { cliEnv, cliWords } from "../cli/run_cli.ts";
import { isOnPath } from "../machine/programs.ts";
import { skippable, type TestBody } from "../skip.ts";

/** Why there is no pseudo-terminal here. */
const REASON = Deno.build.os !== "linux" || !await isOnPath("script")
  ? "no script of util-linux"
  : undefined;

/** Registers a test that needs a pseudo-terminal. */
export function terminalTest(name: string, test: TestBody): void {
  Deno.test(skippable(name, REASON, test));
}

export interface TerminalOptions {
  columns: number;
  /** @default 24 */
  rows?: number;
  env?: Record<string, string>;
  cwd?: string;
  /** Ends the line of a shell: where stdout or stderr go. @default the terminal */
  redirect?: string;
}

export interface Seen {
  code: number;
  /** Lines of the terminal at the end, also those that it has scrolled away; wrapped ones are joined. */
  lines: string[];
  /** How many lines the terminal broke. */
  broken: number;
  /** The last line that is not empty, after each piece of output. */
  moments: string[];
  /** All that was sent to it. */
  raw: string;
}

/** A process in a terminal. */
export interface InTerminal {
  /** Types keys, such as `\x03` for Ctrl-C. */
  type(keys: string): Promise<void>;
  /** Waits until what was sent to the terminal matches. @throws Error if the process ends before */
  waitFor(pattern: RegExp): Promise<void>;
  readonly seen: Promise<Seen>;
}

/** Starts finpipe in a terminal of its own. */
export function inTerminal(args: readonly string[], options: TerminalOptions): InTerminal {
  const { columns, rows = 24, env = {}, cwd, redirect = "" } = options;
  const command = cliWords(args).map(quoted).join(" ");
  const child = new Deno.Command("script", {
    args: [
      "-qefc",
      `stty cols ${columns} rows ${rows}; exec ${command} ${redirect}`,
      "/dev/null",
    ],
    clearEnv: true,
    env: { SHELL: "/bin/sh", ...cliEnv({ TERM: "xterm-256color", LANG: "C.UTF-8", ...env }) },
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const keys = child.stdin.getWriter();
  const watched = new WatchedTerminal(columns, rows);
  const seen = (async () => {
    for await (const piece of child.stdout) await watched.take(piece);
    const { code } = await child.status;
    // The process may have closed it already.
    await keys.close().catch(() => {});
    watched.end();
    return { code, ...watched.seen() };
  })();
  return {
    seen,
    type: (text) => keys.write(new TextEncoder().encode(text)),
    waitFor: (pattern) => watched.waitFor(pattern),
  };
}

/** As any shell reads it, with control characters as they are. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Interprets what is sent to a terminal. */
class WatchedTerminal {
  readonly #terminal: xterm.Terminal;
  readonly #decoder = new TextDecoder();
  readonly #moments: string[] = [];
  #raw = "";
  #isOver = false;
  #changed = Promise.withResolvers<void>();

  constructor(cols: number, rows: number) {
    this.#terminal = new xterm.Terminal({ cols, rows, scrollback: 10_000, allowProposedApi: true });
  }

  async take(piece: Uint8Array): Promise<void> {
    this.#raw += this.#decoder.decode(piece, { stream: true });
    await new Promise<void>((resolve) => this.#terminal.write(piece, resolve));
    this.#moments.push(this.#lines().lines.at(-1) ?? "");
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  async waitFor(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#raw)) {
      if (this.#isOver) throw new Error(`The process ended without ${pattern}:\n${this.#raw}`);
      await this.#changed.promise;
    }
  }

  seen(): Omit<Seen, "code"> {
    return { ...this.#lines(), moments: this.#moments, raw: this.#raw };
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  #lines(): { lines: string[]; broken: number } {
    const { active } = this.#terminal.buffer;
    const lines: string[] = [];
    let broken = 0;
    for (let y = 0; y < active.length; y++) {
      const line = active.getLine(y)!;
      const text = line.translateToString(true);
      if (line.isWrapped) {
        lines[lines.length - 1] += text;
        broken++;
      } else lines.push(text);
    }
    while (lines.at(-1) === "") lines.pop();
    return { lines, broken };
  }
}
