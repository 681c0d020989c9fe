/** What a command is: options, an argument or two, and one call into the library. */
import type { Command } from "commander";
import type { CommandLines } from "../lib/runtime/command_lines.ts";
import type { Paint } from "../lib/runtime/colors.ts";
import type { Io } from "../lib/runtime/io.ts";
import type { StopNotice } from "../lib/runtime/stop_notice.ts";
import type { Logger } from "../lib/runtime/log.ts";
import type { ConfigSource } from "../lib/config/settings.ts";
import type { Notice, NoticeEvent } from "../lib/notify/notice.ts";

/** What every command is given. */
export interface Context {
  io: Io;
  log: Logger;
  /** Where settings come from: flags first, then the environment. */
  config: ConfigSource;
  /** Is told what is waited for when somebody asks to stop. */
  stopNotice: Pick<StopNotice, "waitsFor">;
  /** Colors what is written to stdout, or not. */
  paint: Paint;
  /** `--json`: the result on stdout is one JSON value. */
  json: boolean;
  /** `--quiet`: nothing on stderr but warnings and errors. */
  quiet: boolean;
  /** Command lines for people to type, which work where this run does. */
  lines: CommandLines;
  /** The command's own options as they were given, for a command line that goes on with them. */
  given: readonly string[];
  /** Tells somebody, and never throws; undefined where FINPIPE_NOTIFY_URL is not set. */
  notify?: ((notice: Notice) => Promise<void>) | undefined;
}

/** What a command tells somebody where FINPIPE_NOTIFY_URL is set. */
export interface Telling {
  /** What is told of its failure. */
  noticeOf(error: unknown): Notice;
  /** What is over once it ends well. */
  settles: readonly NoticeEvent[];
}

/** A command as its file exports it. */
export interface CommandDefinition {
  /** Ignores FINPIPE_* and AIRFLOW_*, whatever they are set to. @default false */
  ignoresVariables?: boolean;
  /** Adds description, arguments and options to the command that commander made. */
  configure(command: Command): void;
  /** What it tells, run with these options; undefined: nothing. @default nothing */
  tells?(options: OptionValues): Telling | undefined;
  /** Examples for `--help`, each a whole command line and what it does. */
  examples: readonly [line: string, does: string][];
  /** Does the work; a number is the exit code where it is not 0. */
  run(
    context: Context,
    args: readonly (string | undefined)[],
    options: OptionValues,
  ): Promise<number | void>;
}

/** Options as commander gives them: each command narrows its own before any I/O. */
export type OptionValues = Readonly<Record<string, unknown>>;
