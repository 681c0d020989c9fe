/**
 * Loads of a Vertica warehouse that lose a connection and try again, or meet another load. Those that
 * give up are in load_crash_matrix_test.ts.
 */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import type { LoadRecord } from "../../lib/warehouse/repository.ts";
import type { VerticaWarehouse } from "../../lib/warehouse/vertica/warehouse.ts";
import { skippable } from "../support/kafka_skip.ts";
import { type Row, writePartition } from "../support/reference.ts";
import { TcpProxy, type Verdict } from "../support/tcp_proxy.ts";
import { openTestVertica, type TestVertica, VERTICA_MISSING } from "../support/vertica_place.ts";
import { transaction } from "../support/warehouse_rows.ts";
import { NOW, STRICT_LIMITS } from "../support/warehouses.ts";

const DAY = "2022-10-01";
const day = Temporal.PlainDate.from(DAY);

const rowsOf = (...amounts: number[]): Row[] =>
  amounts.map((amount) => transaction(DAY, { amount: String(amount) }));
/** As many rows and the same control total in both: only the rows themselves tell them apart. */
const OLD = rowsOf(1, 4);
const NEW = rowsOf(2, 3);

/** What becomes of a message of a client, by its number from 0 and its text. */
type Judge = (message: number, text: string) => Verdict;

/** A warehouse with tables, straight and by way of a proxy that may cut. */
class Place implements AsyncDisposable {
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

  static async open(): Promise<Place> {
    const vertica = await openTestVertica();
    const proxyUrl = (proxy: TcpProxy) => {
      const url = new URL(proxy.url);
      url.searchParams.delete("sslmode");
      return url.href;
    };
    const place = new Place(vertica, proxyUrl, await Deno.makeTempDir());
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

  async query(sql: string) {
    const session = await this.vertica.session();
    try {
      return await session.transaction(() =>
        session.query(sql.replaceAll("staging.", `${this.#schemas.stagingSchema}.`))
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

function verticaTest(name: string, test: (t: Deno.TestContext) => Promise<void>): void {
  Deno.test(skippable(name, VERTICA_MISSING, test));
}

verticaTest("a swap that was not recorded makes no file of the day look loaded", async () => {
  await using place = await Place.open();
  await place.load(OLD);
  const isSwap = (_: number, text: string) => text.includes("SWAP_PART") ? "cut answer" : "pass";
  const error = await place.behindProxy(isSwap, (warehouse) => place.load(NEW, warehouse));
  assert.ok(isKind(error, "unreachable"), String(error));
  // The record is still the old one, and the counts agree with it.
  assert.equal(await place.standing(), "2 3");
  await place.loadUnlessLoaded(OLD);
  assert.equal(await place.standing(), "1 4");
  assert.equal(await place.straight.undoDay("transactions", day), true);
  assert.equal(await place.standing(), "2 3");
});

verticaTest(
  "a load and an undo that lose an answer, and are tried again, are done once",
  async () => {
    await using place = await Place.open();
    const load = (warehouse: VerticaWarehouse) => place.load(NEW, warehouse);
    const undo = async (warehouse: VerticaWarehouse) =>
      assert.equal(await warehouse.undoDay("transactions", day), true);
    for (const [work, standing] of [[load, "2 3"], [undo, "1 4"]] as const) {
      const prepare = async () => {
        await place.load(OLD);
        if (work === undo) await place.load(NEW);
      };
      await prepare();
      await place.behindProxy(() => "pass", work);
      for (const at of place.points) {
        await prepare();
        let isCut = false;
        const once = (message: number) => {
          if (isCut || message !== at) return "pass";
          isCut = true;
          return "cut answer";
        };
        assert.equal(await place.behindProxy(once, work, 10_000), undefined, `cut at ${at}`);
        assert.equal(await place.standing(), standing, `cut at ${at}`);
      }
    }
  },
);

verticaTest("an unreachable server is tried again, and the load is begun anew", async () => {
  await using place = await Place.open();
  await place.load(OLD);
  let cuts = 0;
  const error = await place.behindProxy(
    (message) => message === 20 && cuts++ === 0 ? "cut" : "pass",
    (warehouse) => place.load(NEW, warehouse),
    10_000,
  );
  assert.equal(error, undefined);
  assert.equal(cuts, 1);
  assert.equal(await place.standing(), "2 3");
});

verticaTest("a second load of a dataset is locked at once, one of the other is not", async () => {
  await using place = await Place.open();
  const session = await place.vertica.session();
  await session.query(`LOCK TABLE ${place.stagingSchema}.transactions_lock IN EXCLUSIVE MODE`);
  const error = await place.load(NEW).catch((error) => error);
  assert.ok(isKind(error, "locked"), String(error));
  assert.match(error.message, /Another load of transactions is running/);
  const currencies = await writePartition(place.workDir, "currencies", DAY, []);
  await place.straight.replaceDay(currencies, STRICT_LIMITS);
  // Whoever held it dies: nothing is left to be unlocked.
  await session.close();
  await place.load(NEW);
});
