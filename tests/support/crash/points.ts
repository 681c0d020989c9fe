/** The points between two statements of a landing at which the crash matrix lets something happen. */
import { Buffer } from "node:buffer";
import { advancePosition } from "../../../lib/staging/postgres/statements.ts";
import type { Passage, Watcher } from "../network/watched_proxy.ts";
import { isStatement } from "../network/tcp_proxy.ts";

/** In the order in which a batch passes them. */
export const POINTS = {
  "before-begin": "before BEGIN",
  "before-update": "after BEGIN, before the position's UPDATE",
  "before-copy": "before COPY",
  "in-copy": "in the middle of COPY's data",
  "before-commit": "after COPY, before COMMIT",
  "commit-unanswered": "COMMIT done, its answer not read",
  "before-offset": "after COMMIT, before Kafka is told the offset",
} as const;

export type PointName = keyof typeof POINTS;

/** A statement of the simple protocol that begins so, as bytes. */
const QUERY = "Q".charCodeAt(0);
/** Parse, of the extended protocol. */
const PARSE = "P".charCodeAt(0);
/** Kafka's OffsetCommit, among the kinds of request. */
const OFFSET_COMMIT = 8;

/** The statement that moves a position, as it is sent, and where among its parameters the id stands. */
const ADVANCE = (() => {
  const { variables } = advancePosition.sql;
  const nulls = Object.fromEntries(variables.map((name) => [name, null]));
  const { text } = advancePosition.sql.withParameters(nulls);
  return { text, id: variables.indexOf("id") };
})();

/** What is known of the transaction that a connection to PostgreSQL is in. */
interface Transaction {
  /** Which landing it is, of all that were seen; undefined before it moves the position. */
  batch?: number;
  /** The id of the source partition that it lands. */
  source?: string;
  /** Pieces of COPY's data so far; undefined outside COPY. */
  pieces?: number;
  /** When COMMIT was sent. */
  committed?: number;
}

/** Watches a finpipe's traffic for one batch at one point. */
export class PointWatch {
  /**
   * Seconds from the fault to the answer of the first COMMIT that was sent after it for the partition
   * that was struck; where that is not known, before BEGIN, for any.
   */
  goesOnAfter: number | undefined;
  readonly #point: PointName;
  readonly #batch: number;
  readonly #topic: string;
  readonly #onReached: (passage: Passage) => Promise<void>;
  readonly #transactions = new WeakMap<Passage, Transaction>();
  #advances = 0;
  /** When the point was reached. */
  #reachedAt: number | undefined;
  /** The source partition that was struck. */
  #source: string | undefined;
  /** The batch is committed: the next request that tells an offset is what is waited for. */
  #isCommitted = false;

  /**
   * @param batch which landing to hold, counted from 1; or the first one after it that passes the point
   * @param onReached what happens at the point, which is held meanwhile; must not reject
   */
  constructor(
    { point, batch, topic }: { point: PointName; batch: number; topic: string },
    onReached: (passage: Passage) => Promise<void>,
  ) {
    this.#point = point;
    this.#batch = batch;
    this.#topic = topic;
    this.#onReached = onReached;
  }

  /** Watches connections to PostgreSQL, in clear text. */
  readonly postgres: Watcher = async (bytes, from, passage) => {
    if (from === "server") return await this.#onAnswer(passage);
    const transaction = this.#transactions.get(passage) ?? {};
    this.#transactions.set(passage, transaction);
    const at = this.#see(bytes, transaction);
    const isDue = at === "before-begin"
      ? this.#advances >= this.#batch - 1
      : (transaction.batch ?? 0) >= this.#batch;
    if (at === this.#point && isDue) await this.#reach(passage, transaction.source);
    // Only now is it sent.
    if (at === "before-commit") transaction.committed = performance.now();
  };

  /** Watches connections to Kafka, of any client. */
  readonly kafka: Watcher = async (bytes, from, passage) => {
    if (this.#isCommitted && from === "client" && tellsOffset(bytes, this.#topic)) {
      await this.#reach(passage, this.#source);
    }
  };

  /** What a client's bytes lie before. */
  #see(bytes: Uint8Array, transaction: Transaction): PointName | undefined {
    if (isStatement(bytes, "BEGIN")) return "before-begin";
    if (isStatement(bytes, "COMMIT")) {
      return transaction.batch === undefined ? undefined : "before-commit";
    }
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes[0] === PARSE && text.includes(ADVANCE.text)) {
      transaction.batch = ++this.#advances;
      transaction.source = parameterOf(text, ADVANCE.id);
      return "before-update";
    }
    if (bytes[0] === QUERY && text.includes("COPY stg.")) {
      transaction.pieces = 0;
      return "before-copy";
    }
    // The first piece has passed when the second one comes; what is as short as CopyDone is no data.
    const isData = transaction.pieces !== undefined && bytes.length > 5;
    return isData && ++transaction.pieces! === 2 ? "in-copy" : undefined;
  }

  async #onAnswer(passage: Passage): Promise<void> {
    const { batch = 0, source, committed } = this.#transactions.get(passage) ?? {};
    if (committed === undefined) return;
    this.#transactions.delete(passage);
    const isStruck = this.#source === undefined || this.#source === source;
    if (this.#reachedAt !== undefined && committed >= this.#reachedAt && isStruck) {
      this.goesOnAfter ??= (performance.now() - this.#reachedAt) / 1000;
    }
    if (batch < this.#batch) return;
    if (this.#point === "commit-unanswered") await this.#reach(passage, source);
    if (this.#point !== "before-offset" || this.#isCommitted) return;
    this.#isCommitted = true;
    this.#source = source;
  }

  async #reach(passage: Passage, source: string | undefined): Promise<void> {
    if (this.#reachedAt !== undefined) return;
    this.#reachedAt = performance.now();
    this.#source = source;
    await this.#onReached(passage);
  }
}

/** A parameter, as text, of a statement that is sent as Parse and Bind without names. */
function parameterOf(messages: Buffer, index: number): string {
  // Behind Parse: the kind of Bind, its length, two empty names, and the parameters' formats.
  let at = 1 + messages.readUInt32BE(1) + 7;
  at += 2 + 2 * messages.readUInt16BE(at) + 2;
  // Each parameter has its length before it, -1 of NULL.
  for (let before = 0; before < index; before++) {
    at += 4 + Math.max(0, messages.readInt32BE(at));
  }
  return messages.toString("utf8", at + 4, at + 4 + messages.readUInt32BE(at));
}

/** True where one of the requests in the bytes is an OffsetCommit of the topic. */
function tellsOffset(bytes: Uint8Array, topic: string): boolean {
  const requests = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 6 <= requests.length; at += 4 + requests.readUInt32BE(at)) {
    if (requests.readInt16BE(at + 4) === OFFSET_COMMIT && requests.includes(topic, at)) return true;
  }
  return false;
}
