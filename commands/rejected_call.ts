/** What `finpipe rejected` is asked for: its arguments and options as one object. */
import { REASONS } from "../lib/events/message.ts";
import { parseDate } from "../lib/partitions/run_date.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import type { RejectedFilter, ReplaySelection } from "../lib/staging/rejected.ts";
import type { OptionValues } from "./command.ts";

/** The words that may follow `rejected`. */
export const ACTIONS = ["list", "show", "replay"] as const;
/** Messages that are listed unless told otherwise. */
export const DEFAULT_LIMIT = 100;

/** What `rejected` was asked for. */
export type RejectedCall =
  | { action: "list"; filter: RejectedFilter; limit: number }
  | { action: "show"; id: number }
  | { action: "replay"; selection: ReplaySelection };

/**
 * @param sources the names that `--source` stands for, where it is given
 * @throws FinpipeError of kind `usage`
 */
export function rejectedCallOf(
  [action, ...names]: readonly (string | undefined)[],
  options: OptionValues,
  sources?: readonly string[],
): RejectedCall {
  const ids = names.map((name) => parseId(name ?? ""));
  const filter = filterOf(options, sources);
  const filtered = Object.keys(filter).length > 0;
  if (options.limit !== undefined && action !== "list") {
    throw usage(
      `Cannot take --limit with rejected ${action}`,
      "--limit is only for 'finpipe rejected list': leave it out",
    );
  }
  if (action === "show") {
    const [id] = ids;
    if (id !== undefined && ids.length === 1 && !filtered) return { action, id };
    throw usage(
      "Can only show one message, by its id",
      "Name one id and no filter: 'finpipe rejected show 7'",
    );
  }
  if (action === "replay") {
    if (ids.length === 0) return { action, selection: filter };
    if (!filtered) return { action, selection: { ids } };
    throw usage("Cannot take both ids and filters", "Leave one of the two out");
  }
  if (ids.length > 0) {
    throw usage(
      "Cannot take ids with rejected list",
      "Show one message with 'finpipe rejected show 7'",
    );
  }
  const limit = typeof options.limit === "number" ? options.limit : DEFAULT_LIMIT;
  return { action: "list", filter, limit: limit === 0 ? Infinity : limit };
}

function filterOf(
  { reason, day, partition }: OptionValues,
  sources: readonly string[] | undefined,
): RejectedFilter {
  const named = REASONS.find((name) => name === reason);
  return {
    ...(named === undefined ? {} : { reason: named }),
    ...(typeof day === "string" ? { day: parseDate(day, "--day") } : {}),
    ...(sources === undefined ? {} : { sources }),
    ...(typeof partition === "number" ? { partition } : {}),
  };
}

function parseId(text: string): number {
  const id = Number(text);
  if (/^\d+$/.test(text) && id >= 1 && Number.isSafeInteger(id)) return id;
  throw usage(
    `Cannot read "${text}": not an id`,
    "Ids are whole numbers: 'finpipe rejected list' shows them",
  );
}

function usage(message: string, hint: string): FinpipeError {
  return new FinpipeError("usage", message, { hint });
}
