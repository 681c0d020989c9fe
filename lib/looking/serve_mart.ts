/** The mart on a port: the board that holds it, and the server that shows it. */
import { FIRST_DAY, today } from "../partitions/run_date.ts";
import { noRowsText } from "../rendering/mart/no_rows.ts";
import { packPage } from "../rendering/mart/page/pack.ts";
import { FinpipeError, messageOf } from "../runtime/errors.ts";
import { type HttpServer, startHttpServer } from "../runtime/http_server.ts";
import type { Logger } from "../runtime/log.ts";
import { isLoopback } from "../runtime/loopback.ts";
import { SIGNATURE } from "../runtime/version.ts";
import { type CountedValues, knownDays } from "../standing/mart_standing.ts";
import type { StagingRepository } from "../staging/repository.ts";
import { readStatus, type StatusEnds } from "../status/status.ts";
import type { ReadyStep } from "../steps/step.ts";
import type { WarehouseRepository } from "../warehouse/repository.ts";
import { answersOf, type Shown } from "./answers.ts";
import { MartBoard, type TroubleKind } from "./mart_board.ts";
import { readChanged, type ReadMart } from "./read_mart.ts";
import { type HeldStatus, STATUS_PATHS, statusAnswers } from "./status_answers.ts";

/** The warehouse, opened for one question. */
export interface OpenedMart extends AsyncDisposable {
  warehouse: Pick<WarehouseRepository, "checkSchema" | "dayFacts" | "martOrigins" | "mart">;
}

/** Both ends, opened for one question. */
export interface OpenedEnds extends AsyncDisposable {
  staging: StatusEnds["staging"] & Pick<StagingRepository, "schema">;
  warehouse: StatusEnds["warehouse"] & Pick<WarehouseRepository, "checkSchema">;
}

export interface ServeOptions {
  open(): Promise<OpenedMart>;
  /** For the steps of each date; undefined: they are not served. */
  status?: { open(): Promise<OpenedEnds>; steps: readonly ReadyStep[] } | undefined;
  /** What `cdm` would count. */
  counted: CountedValues;
  now(): Temporal.Instant;
  log: Logger;
  port: number;
  hostname: string;
  /** Milliseconds between questions. @default a minute */
  interval?: number;
}

/** Where the mart is served until this is disposed of. */
export interface ServedMart extends AsyncDisposable {
  /** For a browser on this machine. */
  url: string;
  /** The address that it listens on. */
  host: string;
  port: number;
}

const MINUTE = 60_000;
/** Addresses at which a browser on this machine finds it by name; those of all networks are no names. */
const NAMED_LOCALHOST = ["127.0.0.1", "0.0.0.0", "::"];
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Reads the mart and serves it until it is disposed of.
 *
 * @throws FinpipeError of kind `configuration`; a warehouse that is away is no failure
 */
export async function serveMart(
  options: ServeOptions,
): Promise<ServedMart> {
  const { open, counted, now, log, hostname, port, interval = MINUTE } = options;
  const isLocal = isLoopback(hostname);
  const board = new MartBoard<Shown & { mart: ReadMart }>({
    interval,
    now,
    versionOf: ({ data }) => `${data.madeAt} ${crypto.randomUUID().slice(0, 8)}`,
    onTrouble: (error, kind) => logTrouble(log, error, kind),
    onRecovered: (after) =>
      log.info(`The mart can be read again, after ${Math.round(after.total("seconds"))} s`),
    async read(held) {
      const range = { from: FIRST_DAY, to: today(now()).subtract({ days: 1 }) };
      await using opened = await open();
      await opened.warehouse.checkSchema("read");
      const mart = await readChanged(opened.warehouse, range, held?.mart);
      if (held !== undefined && mart === held.mart) return held;
      const nothing = noRowsText(undefined, knownDays(mart.days), today(now()));
      return { mart, rows: mart.rows, data: packed(mart, nothing) };
    },
  });
  const packed = (mart: Pick<ReadMart, "rows" | "days" | "origins">, nothing: string) =>
    packPage({ ...mart, asked: undefined, counted, nothing, madeAt: now(), madeBy: SIGNATURE });
  const noMart = { rows: [], days: [], origins: { builds: [], loads: [], rates: [], leftOut: [] } };
  const others = options.status && stepsOf(options, options.status);
  const answer = answersOf({
    board,
    ...(others && { others }),
    empty: () => packed(noMart, "The mart could not be read yet; the page shows it when it can."),
    hosts: isLocal ? [...LOOPBACK, hostname.toLowerCase()] : undefined,
  });
  const server: HttpServer = await startHttpServer({
    hostname,
    port,
    option: "--port or --host",
    what: "the mart",
    answer,
    onError: (error) => log.error(`A request failed: ${error}`),
  });
  try {
    if (!isLocal) {
      log.warn(
        `Whoever reaches ${hostname} sees the mart: there is no login. Leave --host out, or put a proxy with a login before it`,
      );
    }
    await board.start();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  const name = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    url: `http://${NAMED_LOCALHOST.includes(hostname) ? "localhost" : name}:${server.port}/`,
    host: hostname,
    port: server.port,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Answers about the steps of each date: asked for only when somebody looks at them. */
function stepsOf(
  { now, log, interval = MINUTE }: ServeOptions,
  { open, steps }: NonNullable<ServeOptions["status"]>,
) {
  const board = new MartBoard<HeldStatus>({
    interval,
    now,
    versionOf: () => crypto.randomUUID(),
    onTrouble: (error, kind) => logTrouble(log, error, kind, "the steps"),
    onRecovered: () => log.info("The steps can be read again"),
    async read() {
      await using ends = await open();
      await ends.staging.schema.checkSchema("read");
      await ends.warehouse.checkSchema("read");
      const status = await readStatus(ends, steps, {
        range: undefined,
        now: now().toZonedDateTimeISO("UTC").toPlainDateTime(),
      });
      return { runs: [...status], totals: status.totals() };
    },
  });
  return {
    paths: STATUS_PATHS,
    answer: statusAnswers(board, steps.map(({ name }) => name)),
  };
}

/** What passes is a warning; what somebody has to mend is an error. */
function logTrouble(log: Logger, error: unknown, kind: TroubleKind, what = "the mart"): void {
  const hint = error instanceof FinpipeError && error.hint !== undefined ? `. ${error.hint}` : "";
  const passes = kind === "away" || kind === "busy";
  log[passes ? "warn" : "error"](`Cannot read ${what}: ${messageOf(error)}${hint}`);
}
