/** {@link Io} of the process itself. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { shellQuoted } from "./command_lines.ts";
import { Interrupted, type StopSignal } from "./errors.ts";
import { ioFailure } from "./file_failure.ts";
import { writeWhole } from "./files.ts";
import { type Io, isClosed, type Output } from "./io.ts";
import { overDrawn } from "./progress.ts";
import { BUILD } from "./version.ts";

/**
 * The process's streams, environment, clock and signals. The first signal to stop asks the work
 * to stop; the second ends the process at once, as a person expects who presses Ctrl-C twice.
 *
 * @param exit ends the process: handed in, since the entry alone may do that
 */
export function terminal(exit: (code: number) => never): Io {
  const stop = new AbortController();
  for (const name of stopSignals(Deno.build.os)) {
    Deno.addSignalListener(name, () => {
      const interrupted = new Interrupted(name);
      if (stop.signal.aborted) exit(interrupted.exitCode);
      stop.abort(interrupted);
    });
  }
  return {
    get program() {
      return programName();
    },
    stdin: Deno.stdin.readable,
    stdout: outputTo(Deno.stdout, (error) => {
      throw isClosed(error) ? error : ioFailure(error, "write", "stdout");
    }),
    // A closed stderr must not end the work.
    stderr: overDrawn(outputTo(Deno.stderr, () => {})),
    env: (name) => Deno.env.get(name),
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

/** How wide the terminal is; undefined where it does not say: one that nobody looks at has the width 0. */
export function columnsOf(sizeOf = () => Deno.consoleSize()): number | undefined {
  try {
    return sizeOf().columns || undefined;
  } catch {
    return undefined;
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
  return {
    isTerminal: stream.isTerminal(),
    get columns() {
      return stream.isTerminal() ? columnsOf() : undefined;
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
