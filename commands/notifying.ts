/** Runs a command whose failures somebody may have to be told of: FINPIPE_NOTIFY_URL. */
import { hostname } from "node:os";
import { readNotifySettings } from "../lib/config/notify.ts";
import { workDirOf } from "../lib/config/work_dir.ts";
import { Notifier } from "../lib/notify/notifier.ts";
import { isKind } from "../lib/runtime/errors.ts";
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
 * Runs the command, and tells of its failure where it tells any; wrong usage is for who typed it, and
 * another finpipe at work is no failure.
 *
 * @returns the exit code
 * @throws FinpipeError of kind `configuration` for settings of the notices; what the command throws
 */
export async function runTelling(
  definition: CommandDefinition,
  context: Omit<Context, "notify">,
  { name, args, options }: Call,
): Promise<number> {
  const { io: { now, signal }, config, log } = context;
  const tells = definition.tells?.(options);
  const settings = tells && await readNotifySettings(config);
  const notifier = settings && new Notifier({
    settings,
    name,
    command: ["finpipe", name, ...args.flat().filter((word) => word !== undefined)].join(" "),
    host: hostname(),
    version: VERSION,
    workDir: workDirOf(config),
  }, { log, now });
  try {
    const notify: Context["notify"] = notifier && ((notice) => notifier.tell(notice));
    const code = (await definition.run({ ...context, notify }, args, options)) ?? 0;
    if (code === 0) await notifier?.settle(tells!.settles);
    return code;
  } catch (error) {
    // Who waits for another finpipe is told by that one's end.
    const isOwn = !isKind(error, "usage") && !isKind(error, "locked");
    if (isOwn && !signal.aborted && !isClosed(error)) {
      await notifier?.tell(tells!.noticeOf(error));
    }
    throw error;
  }
}
