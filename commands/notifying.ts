/** Runs a command whose failures somebody may have to be told of: FINPIPE_NOTIFY_URL. */
import { hostname } from "node:os";
import { type NotifySettings, readNotifySettings } from "../lib/config/notify.ts";
import { workDirOf } from "../lib/config/work_dir.ts";
import type { Notice } from "../lib/notify/notice.ts";
import { Notifier } from "../lib/notify/notifier.ts";
import type { CommandLines } from "../lib/runtime/command_lines.ts";
import { FinpipeError, isOutcome } from "../lib/runtime/errors.ts";
import { isClosed } from "../lib/runtime/io.ts";
import { VERSION } from "../lib/runtime/version.ts";
import type { CommandDefinition, Context, OptionValues } from "./command.ts";

/** A command that is run. */
export interface Call {
  name: string;
  args: readonly (string | undefined)[];
  options: OptionValues;
}

/**
 * Runs the command, and tells of its failure where it tells any.
 *
 * @returns the exit code
 * @throws what the command throws
 */
export async function runTelling(
  definition: CommandDefinition,
  context: Omit<Context, "notify">,
  { name, args, options }: Call,
): Promise<number> {
  const { io: { now, signal }, config, log, lines } = context;
  const tells = definition.tells?.(options);
  const settings = tells && await settingsOf(context);
  const notifier = settings && new Notifier({
    settings,
    name,
    command: ["finpipe", name, ...args.flat().filter((word) => word !== undefined)].join(" "),
    host: hostname(),
    version: VERSION,
    workDir: workDirOf(config),
  }, { log, now });
  const tell: Context["notify"] = notifier &&
    ((notice) => notifier.tell(completed(notice, lines)));
  try {
    const code = (await definition.run({ ...context, notify: tell }, args, options)) ?? 0;
    if (code === 0) await notifier?.settle(tells!.settles);
    return code;
  } catch (error) {
    if (isOutcome(error) && !signal.aborted && !isClosed(error)) {
      await tell?.(tells!.noticeOf(error));
    }
    throw error;
  }
}

/** A webhook is no reason to fail: what is wrong with its settings is logged. */
async function settingsOf(
  { config, log }: Pick<Context, "config" | "log">,
): Promise<NotifySettings | undefined> {
  try {
    return await readNotifySettings(config);
  } catch (error) {
    if (!(error instanceof FinpipeError)) throw error;
    const { summary, list, hint } = error;
    const texts = [summary, ...list, hint ?? []].flat().map((text) => text.trim());
    log.error(`Nobody will be told of failures. ${texts.join(". ")}`);
    return undefined;
  }
}

/** The commands that it names work where they are typed, as in the log. */
function completed(notice: Notice, lines: CommandLines): Notice {
  const { message, hint } = notice;
  return {
    ...notice,
    message: lines.complete(message),
    hint: hint === undefined ? undefined : lines.complete(hint),
  };
}
