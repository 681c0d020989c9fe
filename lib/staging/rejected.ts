/** The port to rejected messages: to look at them, and to replay them (contract, section 2). */
import type { DatasetName } from "../events/dataset.ts";
import type { Reason } from "../events/message.ts";

/** Selects rejected messages; an absent field matches all. */
export interface RejectedFilter {
  reason?: Reason;
  /** Day of landing, UTC. */
  day?: Temporal.PlainDate;
  /** Any of these: topics, real paths of files, `stdin`. */
  sources?: readonly string[];
  /** Number of the source's partition. */
  partition?: number;
}

/** A rejected message without its bytes. */
export interface RejectedRow {
  id: number;
  reason: Reason;
  /** The field that the reason names, or null. */
  field: string | null;
  /** Bytes of the whole message. */
  length: number;
  /** Of the whole message, in hexadecimal. */
  sha256: string;
  source: string;
  partition: number;
  position: number;
  /** `YYYY-MM-DD HH:MM:SS[.ffffff]`, UTC. */
  rejected_at: string;
  /** Likewise; null where it was never replayed. */
  replayed_at: string | null;
  /** See {@link ReplayOutcome}. */
  replay_outcome: string | null;
}

/** A rejected message, with how many of its bytes were kept: null for a null Kafka value. */
export interface FoundRejected extends RejectedRow {
  bytes: number | null;
}

/** What a replay needs to know before it reads any bytes. */
export interface ReplayCandidate {
  id: number;
  /** Bytes of the whole message. */
  length: number;
  /** An earlier replay landed it, or found that it is in staging. */
  stands: boolean;
  /** Bytes that were kept. */
  bytes: number;
}

/** Where a replay looks. */
export interface ReplaySelection extends RejectedFilter {
  /** Only these ids. */
  ids?: readonly number[];
}

/** A version of a replayed message: its columns by name, in their text form. */
export interface ReplayedVersion {
  dataset: DatasetName;
  columns: Readonly<Record<string, string>>;
}

/** The result of the checks on a replayed message. */
export type Judgement = ReplayedVersion | { reason: Reason; field: string | null };

/**
 * What happened to a replayed message: the dataset in which it was landed, `duplicate` if staging
 * has its version already, or the reason why it was rejected again, with the field after a colon
 * where it names one (`bad_value:amount`).
 */
export type ReplayOutcome = DatasetName | "duplicate" | Reason | `${Reason}:${string}`;

export interface RejectedRepository {
  /** The next rejected messages below an id, newest first; none are left where it gives none. */
  list(filter: RejectedFilter, below?: number): Promise<RejectedRow[]>;

  /** One rejected message. */
  find(id: number): Promise<FoundRejected | undefined>;

  /** The next bytes that were kept of a message, from `at` on; empty at their end. */
  bytesOf(id: number, at: number): Promise<Uint8Array>;

  /** Those of the ids that name no rejected message. */
  missing(ids: readonly number[]): Promise<number[]>;

  /** The greatest id there is, 0 for none. */
  newest(): Promise<number>;

  /** The next candidates of a replay, oldest first: of ids above `after` and up to `newest`. */
  candidates(
    selection: ReplaySelection,
    after: number,
    newest: number,
  ): Promise<ReplayCandidate[]>;

  /**
   * Checks the messages, lands those that pass and are not in staging yet, and records the outcome
   * of each, in one transaction, one replay at a time. No counter, position or watermark moves.
   * Messages that were not kept whole are left as they are, and so are those of days that were pruned:
   * nobody knows any more what stood there.
   *
   * @returns the outcomes by id; `pruned` is not recorded
   */
  replay(
    ids: readonly number[],
    judge: (raw: Uint8Array) => Judgement,
  ): Promise<Map<number, ReplayOutcome | "pruned">>;
}
