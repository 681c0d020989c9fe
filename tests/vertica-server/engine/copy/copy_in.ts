/** A COPY that runs: bytes to records, records to rows, rows to PostgreSQL by its own COPY. */
import { once } from "node:events";
import { type CopyStreamQuery, from as copyFrom } from "pg-copy-streams";
import { type CopyIn, type Row, VerticaError } from "../../engine.ts";
import { asVerticaError } from "../errors.ts";
import { each, type Session } from "../session.ts";
import { RecordReader } from "./records.ts";
import type { CopyStatement } from "./options.ts";
import type { RejectedRows } from "./rejected.ts";
import type { RowMaker } from "./rows.ts";

/** Characters of rows that are gathered before they are sent on. */
const BATCH = 200_000;

export interface CopyPlan {
  statement: CopyStatement;
  rows: RowMaker;
  rejected: RejectedRows;
  /** `COPY ... FROM STDIN` of PostgreSQL's. */
  fill: string;
  /** What is run when all rows are there: from the fillers' table into the target. */
  complete: (() => Promise<void>) | undefined;
}

export class RunningCopy implements CopyIn {
  readonly #session: Session;
  readonly #plan: CopyPlan;
  readonly #reader: RecordReader;
  #lines: string[] = [];
  #length = 0;
  /** Records so far, also those left out. */
  #records = 0;
  #taken = 0;
  #toSkip: number;
  #needsHeader: boolean;
  /** PostgreSQL's COPY, while there is one. */
  #stream: CopyStreamQuery | undefined;
  /** Rejects where that failed. */
  #failed: Promise<never> = new Promise(() => {});
  #isEnded = false;
  #isOver = false;

  constructor(session: Session, plan: CopyPlan) {
    this.#session = session;
    this.#plan = plan;
    this.#reader = new RecordReader(plan.statement.parser);
    this.#toSkip = plan.statement.skip;
    this.#needsHeader = plan.statement.parser.hasHeader;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#step(() => this.#take(this.#reader.push(bytes)));
  }

  endBatch(): Promise<readonly bigint[] | undefined> {
    return this.#step(async () => {
      await this.#end();
      return this.#plan.statement.returnsRejected ? this.#plan.rejected.numbers : undefined;
    });
  }

  finish(): Promise<{ tag: string; rows: AsyncIterable<Row> }> {
    return this.#step(async () => {
      await this.#end();
      await this.#plan.complete?.();
      await this.#session.backend.keep();
      this.#isOver = true;
      if (this.#plan.statement.commits) await this.#session.commit();
      this.#session.finishStatement();
      return { tag: "COPY", rows: each([[String(this.#taken)]]) };
    });
  }

  fail(reason: string): Promise<never> {
    return this.#step(() =>
      Promise.reject(new VerticaError("08000", 2883, `COPY: from stdin failed: ${reason}`))
    );
  }

  async #end(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    await this.#take(this.#reader.end());
    await this.#settle();
  }

  async #take(records: Generator<Parameters<RowMaker["make"]>[0]>): Promise<void> {
    const { rows, rejected } = this.#plan;
    for (const record of records) {
      this.#records++;
      if (this.#toSkip > 0) {
        this.#toSkip--;
        continue;
      }
      if (this.#needsHeader) {
        this.#needsHeader = false;
        rows.setHeader(record);
        continue;
      }
      const outcome = rows.make(record);
      if (outcome === "blank") {
        // Rows are numbered by whoever takes them of the parser, which gives nothing of these.
        this.#records--;
        continue;
      }
      if ("reason" in outcome) rejected.add(this.#records, record.raw, outcome.reason);
      else {
        this.#lines.push(outcome.line);
        this.#length += outcome.line.length;
        this.#taken++;
      }
      if (rejected.isFull) await this.#settle();
      else if (this.#length >= BATCH) await this.#flush();
    }
  }

  /** On to PostgreSQL, which takes them while the next ones are read. */
  async #flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const lines = this.#lines.join("");
    this.#lines = [];
    this.#length = 0;
    this.#stream ??= this.#open();
    if (!this.#stream.write(lines)) await Promise.race([once(this.#stream, "drain"), this.#failed]);
  }

  /** Rejected rows are written between two COPYs of PostgreSQL's. */
  async #settle(): Promise<void> {
    await this.#flush();
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream !== undefined) {
      const finished = once(stream, "finish");
      stream.end();
      await Promise.race([finished, this.#failed]);
    }
    await this.#plan.rejected.write();
  }

  #open(): CopyStreamQuery {
    const stream = this.#session.backend.client.query(copyFrom(this.#plan.fill));
    this.#failed = new Promise((_, reject) =>
      stream.once("error", (error: unknown) => {
        // It is over. One that failed before its data was asked for never closes when it is destroyed.
        if (this.#stream === stream) this.#stream = undefined;
        reject(error);
      })
    );
    this.#failed.catch(() => {});
    return stream;
  }

  /** Ends PostgreSQL's COPY, which takes nothing else while it runs. */
  async #abandon(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream === undefined || stream.destroyed) return;
    stream.on("error", () => {});
    const closed = new Promise<void>((resolve) => stream.once("close", resolve));
    stream.destroy();
    await closed;
  }

  /** Whatever goes wrong, nothing of the COPY stays. */
  async #step<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isOver) throw new VerticaError("55000", 0, "The COPY is over");
    try {
      this.#session.stopped?.throwIfAborted();
      return await work();
    } catch (error) {
      const reason = this.#session.stopReason(asVerticaError(error));
      this.#isOver = true;
      await this.#abandon();
      await this.#session.giveUp();
      this.#session.finishStatement();
      throw reason;
    }
  }
}
