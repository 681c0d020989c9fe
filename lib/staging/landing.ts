/** The port through which messages are landed: source partitions, their windows, and batches. */
import type { Moment } from "../events/values.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { LandedBatch } from "./batch.ts";

export type SourceKind = "kafka" | "file" | "stdin";

/** A source partition as of its last commit. */
export interface SourcePartition {
  id: number;
  kind: SourceKind;
  /** The topic, the file's real path, or `stdin`. */
  source: string;
  partition: number;
  nextPosition: number;
  watermark: Moment | null;
  /** Of a file: sha256 of its bytes before `nextPosition`. */
  digest: string | null;
  /** Position of the version that the window forgot last, `windowBase` added; -1 for none. */
  forgottenPosition: number;
  /** Of a topic: its id, null where none was seen yet. */
  topicId: string | null;
  /**
   * What is added to positions in the window, because the offsets of a recreated topic start again
   * at 0.
   */
  windowBase: number;
}

/** A version that a window remembers, as it was landed. */
export interface WindowVersion {
  /** 0 for a transaction, 1 for a currency. */
  type: number;
  objectId: string;
  sentDttm: string;
  /** Grows in order of landing: `windowBase`, as it was at the landing, is added. */
  position: number;
  payload: string;
}

/** What lands a source partition. */
export interface LandingRepository {
  /**
   * Locks a source for this session.
   *
   * @throws FinpipeError of kind `locked` where another session has it
   */
  lockSource(source: string): Promise<void>;

  /** The newest partition of a source that was read before. */
  latestPartition(source: string): Promise<SourcePartition | undefined>;

  /** Records a new partition of a source: number 0, or one more than the newest. */
  addPartition(kind: SourceKind, source: string): Promise<SourcePartition>;

  /**
   * The committed position, once no transaction is moving it.
   *
   * @throws FinpipeError of kind `locked` where one does not end within 5 seconds
   */
  nextPosition(partition: SourcePartition): Promise<number>;

  /** The versions that the partition's window remembers, in order of landing. */
  windowVersions(partition: SourcePartition): AsyncIterable<WindowVersion>;

  /**
   * Commits rows, rejected messages, counters, watermark and position in one transaction.
   *
   * @throws PositionMoved where somebody else read on from the batch's start
   * @throws RefusedRow where staging refuses a row; nothing is landed then
   */
  land(batch: LandedBatch): Promise<void>;

  /** The messages, by index in their batch, whose rows staging refuses. Lands nothing. */
  findRefused(batch: LandedBatch): Promise<number[]>;
}

/** The stored position is not the one that a batch began at: another process has moved it. */
export class PositionMoved extends FinpipeError {
  /**
   * @param expected where the batch began
   * @param stored the position by now; the same where the topic is another one
   */
  constructor(partition: SourcePartition, readonly expected: number, readonly stored: number) {
    const { source } = partition;
    const went = `The position of ${source} went back from ${expected} to ${stored}`;
    const hint = "Nothing was landed twice. Run again to continue from the stored position";
    super(
      "locked",
      stored < expected
        ? went
        : `Another finpipe process has landed from ${source} in the meantime`,
      { hint: stored < expected ? "Run again to continue where that process stopped" : hint },
    );
  }

  /** Nobody reads backwards, so staging was restored from a copy, or somebody set the position. */
  get wentBack(): boolean {
    return this.stored < this.expected;
  }
}

/** Staging refuses a row for what is in it, though it passed the checks. */
export class RefusedRow extends FinpipeError {
  /** @param code the code by which staging's database names the reason: a SQLSTATE */
  constructor(readonly code: string, message: string, cause: unknown) {
    super("data", message, { cause });
  }
}
