/**
 * The whole pipeline on events of our own making, for somebody who sees finpipe for the first time.
 * It works on the embedded engine in a folder of its own, whatever is configured.
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { backfill } from "./backfill/backfill.ts";
import { withLedger } from "./backfill/journal.ts";
import { type Engine, openEngine } from "./engine/engine.ts";
import { countedRows } from "./events/dataset.ts";
import { emulate } from "./events/emulator.ts";
import { DEFAULT_MAX_MESSAGE_BYTES } from "./events/message.ts";
import { DEFAULT_WATERMARK } from "./events/partition_window.ts";
import { readMartFacts } from "./looking/page_facts.ts";
import type { DateRange } from "./partitions/run_date.ts";
import { jsonRow } from "./rendering/mart/json.ts";
import { tableReport } from "./rendering/mart/table.ts";
import { tableTerminal } from "./rendering/mart/table_terminal.ts";
import { CommandLines, shellQuoted } from "./runtime/command_lines.ts";
import type { ConfigSource } from "./config/settings.ts";
import { ignoredVariables } from "./config/ignored_variables.ts";
import { FinpipeError } from "./runtime/errors.ts";
import { fileFailure } from "./runtime/file_failure.ts";
import { writeWhole } from "./runtime/files.ts";
import type { Io } from "./runtime/io.ts";
import { createLogger, type Logger } from "./runtime/log.ts";
import { counted } from "./runtime/words.ts";
import { SIGNATURE } from "./runtime/version.ts";
import { countedValuesOf } from "./steps/cdm.ts";
import { loadSteps, STEPS } from "./steps/registry.ts";
import { prepareSteps } from "./steps/step.ts";
import { landFile } from "./landing/land.ts";
import type { Totals } from "./landing/partition_lander.ts";

export interface DemoOptions {
  /** Where to work. */
  folder: string;
  /** The user named the folder: if it exists, that is an error, and no other is tried. */
  named: boolean;
  /** Print one JSON value of what was done, and nothing else. */
  json: boolean;
  io: Io;
  /** Told what is being done; undefined at the end. */
  onPhase(text: string | undefined): void | Promise<void>;
}

/** A week: enough for a report, and made in seconds. */
const FROM = Temporal.PlainDate.from("2022-10-01");
const TO = Temporal.PlainDate.from("2022-10-07");
const OPERATIONS_PER_DAY = 1000;
const SEED = 1;
/** Messages between two looks at the signal to stop. */
const TURN = 2000;
/** Folders tried before giving up. */
const MOST_FOLDERS = 1000;

/** The demo ignores all configuration: no option, no variable. */
const NOTHING_GIVEN: ConfigSource = { env: () => undefined, flags: {} };

/** Makes events, lands them, builds and shows the mart, and says what to type next. */
export async function demo(options: DemoOptions): Promise<void> {
  const { io } = options;
  const folder = await makeFolder(options);
  const flags = { engine: "embedded", workDir: folder };
  const lines = new CommandLines(() => io.program, flags, ignoredVariables(io.env));
  try {
    await runIn(folder, { ...options, flags, lines });
  } catch (error) {
    throw lines.completeHint(error);
  }
}

interface Place extends DemoOptions {
  /** The options that name the folder and its engine, whatever is configured. */
  flags: Readonly<Record<string, unknown>>;
  lines: CommandLines;
}

async function runIn(folder: string, { io, json, onPhase, flags, lines }: Place): Promise<void> {
  const events = join(folder, "events.jsonl");
  const say = async (text: string) => {
    if (!json) await io.stdout.write(`${text}\n`);
  };

  onPhase("opening the embedded engine");
  // The steps' own log would repeat what is printed here.
  const log = createLogger({
    level: "warn",
    format: "text",
    output: io.stderr,
    now: io.now,
    lines,
  });
  const config = { ...NOTHING_GIVEN, flags };
  await using engine = await openEngine({ io, log, config }, {
    staging: true,
    warehouse: true,
    creates: true,
  });

  onPhase("making events");
  const messages = await writeEvents(events, io.signal);
  await say(`Made ${messages} messages for ${FROM}..${TO} in ${events}`);

  const work = { engine, io, log, onPhase };
  const totals = await landEvents(work, events);
  await say(
    `Landed ${countedRows(totals.transactions, "transactions")} and ` +
      `${countedRows(totals.currencies, "currencies")}; ` +
      `${counted(totals.duplicates, "duplicate")} dropped, ${totals.rejected} rejected`,
  );
  const { from, to } = await buildMart(work);
  await say(`Built core and mart for each day: ${lines.of(`backfill ${from}..${to}`)}\n`);

  await onPhase(undefined);
  const mart = engine.warehouse.mart();
  if (json) {
    const rows = await Array.fromAsync(mart, jsonRow);
    await io.stdout.write(`${JSON.stringify({ folder, events, landed: totals, mart: rows })}\n`);
    return;
  }
  const table = tableReport(mart, undefined, tableTerminal(io));
  for await (const block of table) await io.stdout.write(block);
  await say(`\nThe same as charts, for a browser: ${await writePage(engine, folder, io)}`);
  await say(nextSteps(lines, folder));
}

/** The opened demo. */
interface Work extends Pick<DemoOptions, "io" | "onPhase"> {
  engine: Engine;
  log: Logger;
}

async function landEvents({ engine, io, log, onPhase }: Work, path: string): Promise<Totals> {
  const context = {
    connect: () => engine.connectStaging(),
    makeRows: engine.makeRows,
    log,
    now: io.now,
    signal: io.signal,
    retryFor: 0,
    onProgress: ({ messages_read }: Totals) => onPhase(`landing: ${messages_read} messages`),
  };
  const limits = {
    rows: 10_000,
    bytes: 8 * 1024 * 1024,
    linger: 1000,
    maxMessageBytes: DEFAULT_MAX_MESSAGE_BYTES,
  };
  const totals = await landFile(context, path, { limits, watermark: DEFAULT_WATERMARK });
  io.signal.throwIfAborted();
  return totals;
}

/** Takes each day to the mart; returns the run dates that were done. */
async function buildMart({ engine, io, log, onPhase }: Work): Promise<DateRange> {
  const range = { from: FROM.add({ days: 1 }), to: TO.add({ days: 1 }) };
  const steps = prepareSteps(await loadSteps(STEPS), NOTHING_GIVEN);
  const deps = {
    context: engine.stepContext,
    attempts: (days: DateRange) => engine.staging.ledger.attempts(days),
  };
  await withLedger({ io, log }, engine, { range }, { wait: false }, async (journal) => {
    await backfill({ ...deps, journal }, { range }, steps, {
      onStep: ({ runDate }, step) => onPhase(`backfill: ${runDate} ${step}`),
      onDay: () => {},
    });
  });
  return range;
}

/** Writes the page of the mart; returns its URL, which a browser or a terminal opens. */
async function writePage({ warehouse }: Engine, folder: string, io: Io): Promise<string> {
  const [{ pageHtml }, { packPage }] = await Promise.all([
    import("./rendering/mart/page/page.ts"),
    import("./rendering/mart/page/pack.ts"),
  ]);
  const facts = await readMartFacts(warehouse, { from: FROM, to: TO });
  const path = resolve(folder, "mart.html");
  const counted = countedValuesOf(NOTHING_GIVEN);
  const shown = { asked: undefined, counted, nothing: "The mart has no rows" };
  const html = pageHtml(packPage({ ...facts, ...shown, madeAt: io.now(), madeBy: SIGNATURE }));
  try {
    await Deno.writeTextFile(path, html, { createNew: true, mode: 0o600 });
  } catch (error) {
    throw fileFailure(error, "write", path);
  }
  return pathToFileURL(path).href;
}

/** Makes a folder that was not there before. */
async function makeFolder({ folder, named }: DemoOptions): Promise<string> {
  for (let number = 1; number <= (named ? 1 : MOST_FOLDERS); number++) {
    const path = number === 1 ? folder : `${folder}-${number}`;
    try {
      await Deno.mkdir(path, { mode: 0o700 });
      return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw fileFailure(error, "make", path);
    }
  }
  throw new FinpipeError(
    "configuration",
    `Cannot make the demo's folder "${folder}": it already exists`,
    {
      hint: "Name a folder that does not exist yet with --work-dir",
    },
  );
}

async function writeEvents(path: string, signal: AbortSignal): Promise<number> {
  const encoder = new TextEncoder();
  const emulation = { from: FROM, to: TO, operationsPerDay: OPERATIONS_PER_DAY, seed: SEED };
  let messages = 0;
  let lines: string[] = [];
  try {
    using file = await Deno.open(path, { createNew: true, write: true, mode: 0o600 });
    const flush = async () => {
      signal.throwIfAborted();
      await writeWhole(file, encoder.encode(lines.join("")));
      lines = [];
    };
    for (const message of emulate(emulation)) {
      lines.push(message, "\n");
      if (++messages % TURN === 0) await flush();
    }
    await flush();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw fileFailure(error, "write", path);
  }
  return messages;
}

function nextSteps(lines: CommandLines, folder: string): string {
  const events = shellQuoted(join(folder, "events.jsonl"));
  return [
    "",
    "Everything is in that folder. Next, try:",
    `  ${lines.of(`report ${FROM} --format csv`)}`,
    `  ${lines.of(`stream --source ${events}`)}    # lands nothing twice`,
    `  ${lines.of(`load --partition ${TO} --undo`)}`,
    `  ${lines.program} --help`,
  ].join("\n");
}
