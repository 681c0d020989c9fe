/** Where a load is broken off: a warehouse with an old day in it, the new day's file, and what is found. */
import {
  openVerticaSession,
  type VerticaRow,
} from "../../../lib/warehouse/vertica/connection/session.ts";
import type { WarehouseSchemas } from "../../../lib/warehouse/variables.ts";
import { type Row, writePartition } from "../partitions/reference.ts";
import { type CliResult, runCli } from "../cli/run_cli.ts";
import { verticaSettingsOf } from "../vertica/url.ts";
import { transaction } from "../partitions/rows.ts";

/** A Vertica server, and what it can be made to do. */
export interface CrashVertica {
  /** Of a user who may do everything; clear text. */
  url: string;
  /** Sets a fault by its words (tests/vertica-server/fault_words.ts). */
  setFault?: (words: string) => Promise<void>;
  /** Kills it, and starts it again on the same data. */
  killAndStart?: () => Promise<void>;
}

/** The day that is loaded, the one beside it that nobody loads, and the dataset of both. */
const DAY = "2022-10-01";
const OTHER_DAY = "2022-09-30";
const DATASET = "transactions";

/** What is told of a day: which rows stand for it. */
export type DayState = "old" | "new";

/** Milliseconds after which a server has not noticed that a client is gone. */
const PATIENCE = 30_000;

export class LoadPlace implements AsyncDisposable {
  readonly vertica: CrashVertica;
  readonly #schemas: WarehouseSchemas;
  readonly #workDir: string;
  readonly #rows: number;

  private constructor(vertica: CrashVertica, workDir: string, rows: number) {
    const id = crypto.randomUUID().slice(0, 8);
    this.vertica = vertica;
    this.#schemas = { stagingSchema: `finpipe_staging_${id}`, martSchema: `finpipe_mart_${id}` };
    this.#workDir = workDir;
    this.#rows = rows;
  }

  /**
   * Makes the warehouse with a day that is never touched again.
   *
   * @param rows of the old day and the new one: as many in both, with the same control total. The
   * default is three messages of COPY's data
   */
  static async open(vertica: CrashVertica, rows = 2000): Promise<LoadPlace> {
    const place = new LoadPlace(vertica, await Deno.makeTempDir(), rows);
    await place.succeed(["init"]);
    await writePartition(place.#workDir, DATASET, OTHER_DAY, [transaction(OTHER_DAY)]);
    await place.succeed(place.loadArgs.with(2, OTHER_DAY));
    return place;
  }

  /** A load of the day, without options. */
  get loadArgs(): string[] {
    return ["load", "--partition", DAY, "--dataset", DATASET];
  }

  /** The whole environment of a finpipe that reaches the server by this URL. */
  env(url = this.vertica.url): Record<string, string> {
    return {
      FINPIPE_VERTICA_URL: url,
      FINPIPE_STAGING_SCHEMA: this.#schemas.stagingSchema,
      FINPIPE_MART_SCHEMA: this.#schemas.martSchema,
      FINPIPE_WORK_DIR: this.#workDir,
      FINPIPE_LOG_FORMAT: "text",
      FINPIPE_LOG_LEVEL: "error",
    };
  }

  /** Writes the file of the day. */
  async writeFile(state: DayState): Promise<void> {
    // The country alone tells the two days apart.
    const rows = Array.from(
      { length: this.#rows },
      (_, index): Row => transaction(DAY, { amount: String(index), country: state }),
    );
    await writePartition(this.#workDir, DATASET, DAY, rows);
  }

  /** Runs finpipe straight on the server. */
  run(args: readonly string[]): Promise<CliResult> {
    return runCli(args, { env: this.env() });
  }

  /**
   * The same; what it says on stdout.
   *
   * @throws Error where its exit code is another than 0
   */
  async succeed(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    if (code !== 0) throw new Error(`finpipe ${args.join(" ")}: exit code ${code}: ${stderr}`);
    return stdout;
  }

  /**
   * Which rows stand for the day.
   *
   * @throws Error where they are not the whole of one of the two, or the other day has changed
   */
  async standing(): Promise<DayState> {
    const rows = await this.query(
      `SELECT CAST(transaction_dt AS DATE) AS day, country, COUNT(*) AS rows,
         SUM(CAST(amount AS NUMERIC(38, 0))) AS total
       FROM staging.transactions
       GROUP BY CAST(transaction_dt AS DATE), country
       ORDER BY CAST(transaction_dt AS DATE), country`,
    );
    const found = rows.map((row) => Object.values(row).join(" ")).join(", ");
    const sum = (this.#rows * (this.#rows - 1)) / 2;
    for (const state of ["old", "new"] as const) {
      if (found === `${OTHER_DAY}  1 100, ${DAY} ${state} ${this.#rows} ${sum}`) return state;
    }
    throw new Error(`Neither the old day stands nor the new one, but: ${found}`);
  }

  /** @throws Error where more side tables are there, or a swap that is not recorded */
  async assertTidy({ most }: { most: number }): Promise<void> {
    const [pending] = await this.query("SELECT COUNT(*) AS rows FROM staging.load_pending");
    if (pending!.rows !== "0") throw new Error("A swap is recorded as pending");
    const { stagingSchema } = this.#schemas;
    const tables = await this.query(
      `SELECT table_name FROM v_catalog.tables
       WHERE table_schema = '${stagingSchema}' AND table_name LIKE '%!_load!_%' ESCAPE '!'`,
    );
    if (tables.length > most) {
      throw new Error(`There are ${tables.length} side tables, not ${most} at most`);
    }
  }

  /** Resolves when the server has noticed that all of finpipe's sessions are gone. */
  async untilAlone(): Promise<void> {
    const deadline = performance.now() + PATIENCE;
    const others = "SELECT 1 AS one FROM v_monitor.sessions WHERE client_label LIKE 'finpipe:%' " +
      "AND client_label <> 'finpipe:crash-matrix'";
    while ((await this.query(others)).length > 0) {
      if (performance.now() > deadline) throw new Error("The server keeps a lost session");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Runs a query; `staging.` before a table's name is the place's own schema. */
  async query(sql: string): Promise<VerticaRow[]> {
    const settings = await verticaSettingsOf(this.vertica.url);
    const session = await openVerticaSession(settings, { label: "finpipe:crash-matrix" });
    try {
      return await session.transaction(() =>
        session.query(sql.replaceAll("staging.", `${this.#schemas.stagingSchema}.`))
      );
    } finally {
      await session.close();
    }
  }

  /** Drops all that there is in the warehouse. */
  async dropSchemas(): Promise<void> {
    for (const name of Object.values(this.#schemas)) {
      await this.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dropSchemas();
    await Deno.remove(this.#workDir, { recursive: true });
  }
}
