/** Replays rejected messages: sends them through the same checks again (contract, section 2). */
import { FinpipeError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import type {
  RejectedRepository,
  ReplayCandidate,
  ReplayOutcome,
  ReplaySelection,
} from "../staging/rejected.ts";
import { rejectedJudge } from "./judge.ts";

/** Messages of a chunk: one transaction, with the rows locked that it marks. */
const CHUNK_ROWS = 500;
/** Bytes of a chunk; it holds at least one message whatever its size. */
const CHUNK_BYTES = 8 * 1024 * 1024;

/** What happened to the messages of a replay. */
export interface ReplayTotals {
  /** Sent through the checks: the sum of the four that follow. */
  replayed: number;
  transactions: number;
  currencies: number;
  duplicates: number;
  /** Rejected again. */
  rejected: number;
  /** Not replayed, because only a part of them was kept, or because their day was pruned. */
  refused: number;
  /** Not replayed, because an earlier replay landed them. */
  left_alone: number;
}

export interface ReplayContext {
  rejected: RejectedRepository;
  log: Logger;
  signal: AbortSignal;
  /** Called after each commit. */
  onProgress?: (totals: ReplayTotals) => void;
}

/**
 * Replays the messages that a selection names, oldest first, those that are rejected meanwhile not
 * among them. Messages named by their ids are checked whatever happened to them before. Filters
 * select only messages that are not in staging yet, so a replay that broke off can be run again.
 * When a connection is lost at a commit that arrived, its messages count as duplicates.
 *
 * @throws FinpipeError of kind `failed` where an id names no rejected message; none is replayed
 * then
 */
export async function replay(
  context: ReplayContext,
  selection: ReplaySelection,
): Promise<ReplayTotals> {
  const { rejected, signal, onProgress } = context;
  await proveIds(context, selection);
  const totals = noTotals();
  const judge = rejectedJudge();
  const newest = await rejected.newest();
  let pruned = 0;
  for (let after = 0;;) {
    const from = after;
    const candidates = await rejected.candidates(selection, from, newest);
    if (candidates.length === 0) break;
    after = candidates.at(-1)!.id;
    for (const ids of chunksOf(toReplay(candidates, selection, totals))) {
      signal.throwIfAborted();
      const outcomes = await rejected.replay(ids, judge);
      for (const outcome of outcomes.values()) {
        if (outcome === "pruned") pruned++;
        else count(totals, outcome);
      }
      onProgress?.(totals);
    }
  }
  if (totals.refused > 0) {
    context.log.warn(
      "Cannot replay messages that were too large: only their first 64 KiB were kept",
      { messages: totals.refused },
    );
  }
  if (pruned > 0) {
    context.log.warn(
      "Cannot replay messages of days that were pruned from staging: nobody could tell whether their " +
        "versions stood there",
      { messages: pruned },
    );
    totals.refused += pruned;
  }
  return totals;
}

async function proveIds({ rejected }: ReplayContext, { ids }: ReplaySelection): Promise<void> {
  if (ids === undefined) return;
  const missing = await rejected.missing(ids);
  if (missing.length > 0) throw noSuchMessage(missing);
}

/** The failure of asking for ids that do not exist. */
export function noSuchMessage(ids: readonly number[]): FinpipeError {
  return new FinpipeError("failed", `There is no rejected message ${ids.join(", ")}`, {
    hint: "'finpipe rejected list' shows all messages that were rejected",
  });
}

/** The candidates that are sent; the others are counted. */
function toReplay(
  candidates: readonly ReplayCandidate[],
  { ids }: ReplaySelection,
  totals: ReplayTotals,
): ReplayCandidate[] {
  return candidates.filter(({ length, bytes, stands }) => {
    if (bytes < length) totals.refused++;
    else if (stands && ids === undefined) totals.left_alone++;
    else return true;
    return false;
  });
}

/** Ids of messages that are replayed in one transaction. */
function* chunksOf(candidates: readonly ReplayCandidate[]): Generator<number[]> {
  let chunk: number[] = [];
  let size = 0;
  for (const { id, bytes } of candidates) {
    if (chunk.length > 0 && (chunk.length === CHUNK_ROWS || size + bytes > CHUNK_BYTES)) {
      yield chunk;
      chunk = [];
      size = 0;
    }
    chunk.push(id);
    size += bytes;
  }
  if (chunk.length > 0) yield chunk;
}

function count(totals: ReplayTotals, outcome: ReplayOutcome): void {
  totals.replayed++;
  if (outcome === "transactions" || outcome === "currencies") totals[outcome]++;
  else if (outcome === "duplicate") totals.duplicates++;
  else totals.rejected++;
}

function noTotals(): ReplayTotals {
  return {
    replayed: 0,
    transactions: 0,
    currencies: 0,
    duplicates: 0,
    rejected: 0,
    refused: 0,
    left_alone: 0,
  };
}
