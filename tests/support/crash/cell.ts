/** One cell of the crash matrix: a topic is landed, a fault strikes at a point, and it is landed on. */
import { randomOf } from "../../../lib/events/random.ts";
import { countLosses, type Losses } from "./books.ts";
import { type Fault, type FaultName, FAULTS } from "./faults.ts";
import { numberedMessages } from "./messages.ts";
import { type PointName, PointWatch } from "./points.ts";
import { type Passage, WatchedProxy } from "../network/watched_proxy.ts";
import { type CrashServers, databaseOn } from "./servers.ts";
import { openSession } from "../engine/engines.ts";
import { produce } from "../kafka/messages.ts";
import { runCli, spawnCli, type SpawnedCli } from "../cli/run_cli.ts";
import { LandingPlace, landingPlace, untilRead } from "../topic/landing.ts";
import { messageOf } from "../../../lib/runtime/errors.ts";

export interface Cell {
  fault: FaultName;
  point: PointName;
  /** Chooses the messages and the batch. */
  seed: number;
}

export interface CellResult extends Cell, Losses {
  /** The landing that was struck, counted from 1. */
  batch: number;
  /** Seconds from the fault to the first commit after it. */
  goesOnAfter: number;
}

/** A cell that was run: its result, unless it did not come so far. */
export type CellOutcome = Cell & Partial<CellResult> & {
  /** Why it failed; undefined where nothing was lost or doubled and the books balance. */
  failure?: string;
};

export interface CellOptions {
  /**
   * The finpipe after a killed one joins a group of its own, and does not wait for half a minute until
   * the group takes the killed one for dead. @default false
   */
  otherGroup?: boolean;
}

const PARTITIONS = [0, 1];
/** Messages of a partition: those that are there at the start, and those that come after the fault. */
const EARLY = 1200;
const LATE = 400;
/** Batches of more bytes than one piece of COPY's data has. */
const STREAM = ["--batch-rows", "200", "--linger", "200ms"];
/** Batches that may be struck: some came before, and some are still to come. */
const FIRST_BATCH = 3;
const LAST_BATCH = 8;
/** Milliseconds after which the point will not be reached any more, nor the fault be over. */
const REACH_TIMEOUT = 90_000;

/** Runs a cell; a failure of whatever kind is an outcome. */
export async function tryCell(
  servers: CrashServers,
  cell: Cell,
  options: CellOptions = {},
): Promise<CellOutcome> {
  try {
    const result = await runCell(servers, cell, options);
    const { lost, doubled, imbalance } = result;
    const failure = imbalance ?? (lost + doubled > 0 ? "messages are lost or doubled" : undefined);
    return { ...result, ...(failure === undefined ? {} : { failure }) };
  } catch (error) {
    return { ...cell, failure: messageOf(error) };
  }
}

/** @throws Error where finpipe did not end as it should, or the point was never reached */
async function runCell(
  servers: CrashServers,
  cell: Cell,
  options: CellOptions,
): Promise<CellResult> {
  const batch = randomOf(cell.seed, 0, 1).between(FIRST_BATCH, LAST_BATCH);
  await using scope = new AsyncDisposableStack();
  const stage = await setStage(servers, cell, scope);
  await stage.send(0, EARLY);
  const { over, goesOnAfter } = await strike(servers, { ...cell, batch }, stage, scope);
  await over;
  await stage.send(EARLY, EARLY + LATE);
  // The session of before may be broken.
  const { topic, url, workDir } = stage.place;
  const session = await openSession(url);
  scope.defer(() => session.close());
  const after = new LandingPlace(topic, url, session, workDir, scope);
  await landRest(cell, stage, after, options);
  const seconds = goesOnAfter();
  if (seconds === undefined) throw new Error("Nothing was committed after the fault");
  return { ...cell, batch, goesOnAfter: seconds, ...await countLosses(after) };
}

/** Where a cell runs. */
interface Stage {
  place: LandingPlace;
  /** Sends a part of the messages of each partition. */
  send(from: number, to: number): Promise<void>;
  /** Starts a finpipe that lands; killed with the stage. */
  start(...args: string[]): SpawnedCli;
  /** All that were started. */
  running: SpawnedCli[];
  /** Between finpipe and PostgreSQL; set before the first one is started. */
  proxy?: WatchedProxy;
}

async function setStage(
  { postgres, kafka }: CrashServers,
  cell: Cell,
  scope: AsyncDisposableStack,
): Promise<Stage> {
  const database = scope.use(await databaseOn(postgres));
  const place = scope.use(
    await landingPlace(`crash ${cell.fault} ${cell.point}`, {
      partitions: PARTITIONS.length,
      brokers: kafka.brokers,
      url: database.url,
    }),
  );
  // Staging alone.
  const own = { FINPIPE_PG_URL: database.url, FINPIPE_WORK_DIR: place.workDir };
  const { code, stderr } = await runCli(["init"], { env: own });
  if (code !== 0) throw new Error(`Cannot prepare the database: ${stderr}`);
  const messages = PARTITIONS.map((id) => numberedMessages(cell.seed, id, EARLY + LATE));
  const stage: Stage = {
    place,
    running: [],
    async send(from, to) {
      for (const partition of PARTITIONS) {
        await produce(place.topic, messages[partition]!.slice(from, to), { partition });
      }
    },
    start(...args) {
      const env = { ...place.env, FINPIPE_PG_URL: throughProxy(database.url, stage.proxy!) };
      const cli = spawnCli(["stream", ...STREAM, ...args], { env });
      stage.running.push(cli);
      return cli;
    },
  };
  return stage;
}

interface Struck {
  /** Resolves when the fault is over. */
  over: Promise<void>;
  /** Seconds from the fault to the first commit after it; undefined before that. */
  goesOnAfter(): number | undefined;
}

/** Starts a finpipe, and lets the fault strike at the point of the batch. */
async function strike(
  servers: CrashServers,
  cell: Cell & { batch: number },
  stage: Stage,
  scope: AsyncDisposableStack,
): Promise<Struck> {
  const { postgres, kafkaWatchers } = servers;
  const fault: Fault = FAULTS[cell.fault];
  const struck = Promise.withResolvers<{ over: Promise<void> }>();
  let isReached = false;
  const onReached = async (passage: Passage) => {
    isReached = true;
    const scene = { servers, finpipe, passage, startAnother: () => stage.start() };
    await fault.strike(scene).then(struck.resolve, struck.reject);
  };
  const watch = new PointWatch({ ...cell, topic: stage.place.topic.topic }, onReached);
  stage.proxy = scope.use(new WatchedProxy(watch.postgres));
  stage.proxy.target = Number(new URL(postgres.url).port);
  kafkaWatchers.add(watch.kafka);
  scope.defer(() => void kafkaWatchers.delete(watch.kafka));
  scope.defer(async () => {
    for (const cli of stage.running) cli.kill("SIGKILL");
    await Promise.all(stage.running.map((cli) => cli.result));
  });
  const finpipe = stage.start();
  const ended = finpipe.result.then(({ code, stderr }) => {
    if (isReached) return struck.promise;
    throw new Error(`finpipe ended before the fault, with exit code ${code}: ${stderr}`);
  });
  const late = setTimeout(
    () => struck.reject(new Error("The point was never reached")),
    REACH_TIMEOUT,
  );
  const { over } = await Promise.race([struck.promise, ended]).finally(() => clearTimeout(late));
  return { over, goesOnAfter: () => watch.goesOnAfter };
}

/** Lets those who live land all that is there, and another one what is left. */
async function landRest(
  { fault }: Cell,
  { place, running, start }: Stage,
  after: LandingPlace,
  { otherGroup = false }: CellOptions,
): Promise<void> {
  if (FAULTS[fault].survives) {
    await untilRead(after);
    for (const cli of running) cli.kill("SIGTERM");
  }
  if (fault !== "kill") { for (const cli of running) await assertExit(cli); }
  const group = otherGroup ? ["--group", `${place.topic.group}-new`] : [];
  await assertExit(start("--until-end", ...group));
}

function throughProxy(databaseUrl: string, proxy: WatchedProxy): string {
  const url = proxy.through(databaseUrl);
  // What is watched must be clear text.
  url.searchParams.set("sslmode", "disable");
  return url.href;
}

async function assertExit({ result }: SpawnedCli): Promise<void> {
  const { code, stderr } = await result;
  if (code !== 0) throw new Error(`finpipe ended with exit code ${code}: ${stderr}`);
}
