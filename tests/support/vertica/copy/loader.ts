/** A COPY that runs, on PostgreSQL: what its rows go into, and what became of the others. */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import type pg from "pg";
import { type CopyStreamQuery, from as copyFrom } from "pg-copy-streams";
import { REJECTED_COLUMNS, type RejectedOrigin, RejectedSpool } from "./rejected_spool.ts";
import type { CopyStatement } from "./statement.ts";
import { CopyTransform, type TableColumn } from "./transform.ts";

export interface LoadTarget {
  client: pg.Client;
  /** The table's name in PostgreSQL's SQL. */
  table: string;
  columns: readonly TableColumn[];
  origin: RejectedOrigin;
}

/**
 * Loads in the session's transaction, which it neither begins nor ends. After one of its methods threw,
 * or {@link abort}, PostgreSQL has given the COPY up and waits for the transaction to be rolled back.
 */
export class CopyLoader implements Disposable {
  readonly #client: pg.Client;
  readonly #statement: CopyStatement;
  readonly #transform: CopyTransform;
  readonly #spool: RejectedSpool;
  readonly #rejectedRows: bigint[] = [];
  readonly #stream: CopyStreamQuery;
  readonly #done: Promise<void>;

  /** @throws VerticaError where the statement does not fit the table */
  constructor(statement: CopyStatement, { client, table, columns, origin }: LoadTarget) {
    this.#client = client;
    this.#statement = statement;
    this.#spool = new RejectedSpool(origin);
    this.#transform = new CopyTransform(statement, columns, (row) => {
      this.#spool.add(row);
      if (statement.returnRejected) this.#rejectedRows.push(BigInt(row.row));
    });
    const names = this.#transform.columns.map(quoted).join(", ");
    this.#stream = client.query(copyFrom(`COPY ${table} (${names}) FROM STDIN`));
    this.#done = finished(this.#stream);
  }

  get accepted(): number {
    return this.#transform.accepted;
  }

  get rejected(): number {
    return this.#transform.rejected;
  }

  /** The rows that were rejected, where RETURNREJECTED asks for them. */
  get rejectedRows(): readonly bigint[] | undefined {
    return this.#statement.returnRejected ? this.#rejectedRows : undefined;
  }

  /**
   * Takes data, cut anywhere; resolves when more may come.
   *
   * @throws VerticaError where no more rows may be rejected; PostgreSQL's error where it stops
   */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#send(() => this.#transform.push(bytes));
  }

  /** All data was given: the last row, and PostgreSQL's word that it has them all. */
  async finish(): Promise<void> {
    await this.#send(() => this.#transform.end());
    this.#stream.end();
    await this.#done;
  }

  /** Writes what was rejected into a table with {@link REJECTED_COLUMNS}, after {@link finish}. */
  async writeRejected(table: string): Promise<void> {
    const names = REJECTED_COLUMNS.map(([name]) => name).join(", ");
    const stream = this.#client.query(copyFrom(`COPY ${table} (${names}) FROM STDIN`));
    const done = finished(stream);
    for (const piece of this.#spool.pieces()) await write(stream, done, piece);
    stream.end();
    await done;
  }

  /** Gives the COPY up. */
  async abort(): Promise<void> {
    this.#stream.destroy();
    await this.#done.catch(() => {});
  }

  [Symbol.dispose](): void {
    this.#spool[Symbol.dispose]();
  }

  async #send(rows: () => Uint8Array): Promise<void> {
    let bytes: Uint8Array;
    try {
      bytes = rows();
    } catch (error) {
      await this.abort();
      throw error;
    }
    if (bytes.length > 0) await write(this.#stream, this.#done, bytes);
  }
}

/** Settles when PostgreSQL has answered; unhandled it harms nobody. */
function finished(stream: CopyStreamQuery): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stream.once("finish", resolve);
  stream.once("error", reject);
  // A stream that was destroyed says this alone.
  stream.once("close", resolve);
  promise.catch(() => {});
  return promise;
}

async function write(
  stream: CopyStreamQuery,
  done: Promise<void>,
  bytes: Uint8Array,
): Promise<void> {
  if (stream.destroyed) return await done;
  const room = stream.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (!room) await Promise.race([once(stream, "drain").catch(() => {}), done]);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
