/** Loads of a Vertica warehouse by way of a proxy that may cut the connection at any message. */
import assert from "node:assert/strict";
import type { LoadRecord } from "../../../lib/warehouse/repository.ts";
import type { WarehouseSchemas } from "../../../lib/warehouse/variables.ts";
import type { VerticaWarehouse } from "../../../lib/warehouse/vertica/warehouse.ts";
import { type Row, writePartition } from "../partitions/reference.ts";
import { TcpProxy, type Verdict } from "../network/tcp_proxy.ts";
import { openTestVertica, type TestVertica } from "./place.ts";
import { transaction } from "../partitions/rows.ts";
import { NOW, STRICT_LIMITS } from "../warehouse/warehouses.ts";

/** The day that is loaded. */
const DAY = "2022-10-01";
export const day = Temporal.PlainDate.from(DAY);

const rowsOf = (...amounts: number[]): Row[] =>
  amounts.map((amount) => transaction(DAY, { amount: String(amount) }));
/** As many rows and the same control total in both: only the rows themselves tell them apart. */
export const OLD = rowsOf(1, 4);
export const NEW = rowsOf(2, 3);

/** What becomes of a message of a client, by its number from 0 and its text. */
export type Judge = (message: number, text: string) => Verdict;

/** A warehouse with tables, straight and by way of a proxy that may cut. */
export class CutLoadPlace implements AsyncDisposable {
  /** What becomes of the next messages, by their number from 0. */
  verdict: Judge = () => "pass";
  messages = 0;
  #seen: { message: number; text: string }[] = [];
  readonly straight: VerticaWarehouse;
  readonly #proxy: TcpProxy;
  readonly #schemas;

  private constructor(
    readonly vertica: TestVertica,
    readonly proxyUrl: (proxy: TcpProxy) => string,
    readonly workDir: string,
  ) {
    this.#schemas = vertica.newSchemas();
    this.straight = vertica.warehouse({ ...this.#schemas, now: () => NOW });
    this.#proxy = new TcpProxy(
      vertica.url,
      (bytes) => this.#judge(new TextDecoder("latin1").decode(bytes)),
    );
  }

  static async open(): Promise<CutLoadPlace> {
    const vertica = await openTestVertica();
    const proxyUrl = (proxy: TcpProxy) => {
      const url = new URL(proxy.url);
      url.searchParams.delete("sslmode");
      return url.href;
    };
    const place = new CutLoadPlace(vertica, proxyUrl, await Deno.makeTempDir());
    await place.straight.migrate();
    return place;
  }

  /** Runs work on a warehouse behind the proxy; the error, if it fails. */
  async behindProxy(
    verdict: Judge,
    work: (warehouse: VerticaWarehouse) => Promise<unknown>,
    retryFor = 0,
  ): Promise<unknown> {
    const url = this.proxyUrl(this.#proxy);
    await using warehouse = await this.vertica.warehouseAt(url, {
      ...this.#schemas,
      now: () => NOW,
      retryFor,
    });
    this.messages = 0;
    this.#seen = [];
    this.verdict = verdict;
    try {
      await work(warehouse);
      return undefined;
    } catch (error) {
      return error;
    } finally {
      this.verdict = () => "pass";
    }
  }

  /**
   * Numbers of the last messages that are worth a cut: each from the word that a swap is to come to the
   * end of its record, and every fourth of the others, but those that say how a session is to be.
   */
  get points(): number[] {
    const begin = this.#seen.findIndex(({ text }) => /INSERT INTO \S+load_pending/.test(text));
    const record = this.#seen.findLastIndex(({ text }) => /DELETE FROM \S+load_refused/.test(text));
    assert.ok(0 < begin && begin < record);
    return this.#seen
      .filter((_, index) => (index >= begin && index <= record + 1) || index % 4 === 0)
      .map(({ message }) => message);
  }

  #judge(text: string): Verdict {
    const message = this.messages++;
    if (!/^Q[^]{4}(SET|SHOW) /.test(text)) this.#seen.push({ message, text });
    return this.verdict(message, text);
  }

  /** One more warehouse with the same tables, in a session of its own. */
  another(): VerticaWarehouse {
    return this.vertica.warehouse({ ...this.#schemas, now: () => NOW });
  }

  get schemas(): WarehouseSchemas {
    return this.#schemas;
  }

  get stagingSchema(): string {
    return this.#schemas.stagingSchema;
  }

  async load(rows: readonly Row[], warehouse = this.straight): Promise<LoadRecord> {
    const file = await writePartition(this.workDir, "transactions", DAY, rows);
    return await warehouse.replaceDay(file, STRICT_LIMITS);
  }

  /** As the step does: what is recorded as loaded is left alone. */
  async loadUnlessLoaded(rows: readonly Row[]): Promise<void> {
    const { manifest } = await writePartition(this.workDir, "transactions", DAY, rows);
    const record = await this.straight.loadRecord("transactions", day);
    if (record?.sha256 !== manifest.sha256) await this.load(rows);
  }

  /** Amounts that stand for the day. */
  async standing(): Promise<string> {
    const rows = await this.query(
      `SELECT amount FROM ${this.#schemas.stagingSchema}.transactions ORDER BY amount`,
    );
    return rows.map(({ amount }) => amount).join(" ");
  }

  /** `staging.` and `mart.` before a table's name are the place's own schemas. */
  async query(sql: string) {
    const session = await this.vertica.session();
    try {
      return await session.transaction(() =>
        session.query(
          sql.replaceAll("staging.", `${this.#schemas.stagingSchema}.`)
            .replaceAll("mart.", `${this.#schemas.martSchema}.`),
        )
      );
    } finally {
      await session.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.straight[Symbol.asyncDispose]();
    await this.#proxy[Symbol.asyncDispose]();
    const session = await this.vertica.session();
    await this.vertica.dropSchemas(session, this.#schemas);
    await session.close();
    await this.vertica[Symbol.asyncDispose]();
    await Deno.remove(this.workDir, { recursive: true });
  }
}
