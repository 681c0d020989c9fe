/** {@link Io} of the process itself. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { shellQuoted } from "./command_lines.ts";
import { FinpipeError, Interrupted, type StopSignal } from "./errors.ts";
import { ioFailure } from "./file_failure.ts";
import { writeWhole } from "./files.ts";
import { type Io, isClosed, type Output } from "./io.ts";
import { Screen } from "./screen.ts";
import { BUILD } from "./version.ts";

/**
 * The process's streams, environment, clock and signals. The first signal to stop asks the work
 * to stop; the second ends the process at once, as a person expects who presses Ctrl-C twice.
 *
 * @param exit ends the process: handed in, since the entry alone may do that
 */
export function terminal(exit: (code: number) => never): Io {
  const stop = new AbortController();
  const screen = new Screen();
  for (const name of stopSignals(Deno.build.os)) {
    Deno.addSignalListener(name, () => {
      const interrupted = new Interrupted(name);
      if (stop.signal.aborted) {
        leave(screen);
        exit(interrupted.exitCode);
      }
      stop.abort(interrupted);
    });
  }
  const stdout = outputTo(Deno.stdout, (error) => {
    throw isClosed(error) ? error : ioFailure(error, "write", "stdout");
  });
  // A closed stderr must not end the work.
  const stderr = outputTo(Deno.stderr, () => {});
  // One that cannot move its cursor gets what a log does.
  const draws = Deno.env.get("TERM") !== "dumb";
  return {
    get program() {
      return programName();
    },
    stdin: Deno.stdin.readable,
    stdout: stdout.isTerminal ? screen.over(stdout, { draws: false }) : stdout,
    stderr: stderr.isTerminal ? screen.over(stderr, { draws }) : stderr,
    env: variable,
    envNames: () => Object.keys(Deno.env.toObject()),
    now: () => Temporal.Now.instant(),
    signal: stop.signal,
  };
}

/**
 * The signals that ask finpipe to stop. Windows sends no SIGTERM: Ctrl-Break comes as SIGBREAK, the closing
 * of a console as SIGHUP (docs.deno.com/examples/os_signals_tutorial).
 */
export function stopSignals(os: typeof Deno.build.os): readonly StopSignal[] {
  return os === "windows" ? ["SIGINT", "SIGBREAK", "SIGHUP"] : ["SIGINT", "SIGTERM"];
}

function variable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    throw new FinpipeError("configuration", `Cannot read ${name}: it is not UTF-8`, {
      hint: "Set it to a text in UTF-8",
      cause: error,
    });
  }
}

/** What is drawn does not stand in front of the shell's prompt. */
function leave(screen: Screen): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(screen.leave()));
  } catch {
    // A closed terminal has nothing to erase.
  }
}

/** How large the terminal is; undefined where it does not say: one that nobody looks at has the width 0. */
export function sizeOf(
  ask = () => Deno.consoleSize(),
): { columns: number | undefined; rows: number | undefined } {
  try {
    const { columns, rows } = ask();
    return { columns: columns || undefined, rows: rows || undefined };
  } catch {
    return { columns: undefined, rows: undefined };
  }
}

/** A file for people to install is found by its name; in a clone there is a launcher beside main.ts. */
function programName(): string {
  // As npx sets it, which has no finpipe in the PATH.
  if (BUILD.packed) return Deno.env.get("npm_command") === "exec" ? "npx finpipe" : "finpipe";
  const root = dirname(fileURLToPath(Deno.mainModule));
  return Deno.cwd() === root ? "./finpipe" : shellQuoted(join(root, "finpipe"));
}

function outputTo(stream: typeof Deno.stdout, onFailure: (error: unknown) => void): Output {
  const encoder = new TextEncoder();
  const isTerminal = stream.isTerminal();
  return {
    isTerminal,
    get columns() {
      return isTerminal ? sizeOf().columns : undefined;
    },
    get rows() {
      return isTerminal ? sizeOf().rows : undefined;
    },
    async write(data) {
      try {
        await writeWhole(stream, typeof data === "string" ? encoder.encode(data) : data);
      } catch (error) {
        onFailure(error);
      }
    },
  };
}
