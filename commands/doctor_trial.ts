/** `finpipe doctor --trial`: tries what finpipe assumes about the warehouse. */
import { readScriptSettings } from "../lib/config/settings.ts";
import { openTrialGround } from "../lib/engine/trial_place.ts";
import { orAborted } from "../lib/runtime/aborted.ts";
import { newKey } from "../lib/warehouse/trial/ground.ts";
import { GROUPS } from "../lib/warehouse/trial/registry.ts";
import { headLine, jsonOf, lastLines, linesOf } from "../lib/warehouse/trial/report.ts";
import { trialScript } from "../lib/warehouse/trial/script_of.ts";
import { lineOf, Progress, type ProgressContext, type Told } from "../lib/runtime/progress.ts";
import { exitCodeOf, tryAll } from "../lib/warehouse/trial/trial.ts";
import type { Context } from "./command.ts";

/** @returns the exit code */
export async function runTrial(context: Context, printsSql: boolean): Promise<number> {
  const { io, json, lines, log, paint } = context;
  if (printsSql) {
    const settings = await readScriptSettings(context.config);
    await io.stdout.write(trialScript(GROUPS, settings.dialect, settings));
    return 0;
  }
  const key = newKey();
  const print = async (texts: readonly string[]) => {
    const text = texts.map((line) => `${lines.complete(line)}\n`).join("");
    if (!json && text !== "") await io.stdout.write(text);
  };
  await using ground = await openTrialGround(context, key);
  await orAborted(ground.requireSchemas(), io.signal);
  const facts = await orAborted(ground.facts(), io.signal);
  await print([headLine(facts), ""]);
  using waiting = new Waiting(context);
  const findings = await tryAll(ground, {
    groups: GROUPS,
    key,
    signal: io.signal,
    log,
    onGroup: (name) => waiting.begin(name),
    onFinding: (finding) => print(linesOf(finding, ground.schemas, paint)),
  });
  await waiting.clear();
  await print(lastLines(findings, ground.engine === "embedded"));
  if (json) await io.stdout.write(`${JSON.stringify(jsonOf(findings, facts, ground))}\n`);
  return exitCodeOf(findings);
}

/**
 * Shows what is being tried and for how long: findings come a group at a time, and some of them
 * wait for a server.
 */
class Waiting implements Told, Disposable {
  readonly #progress: Progress;
  #group = "";
  #begunAt = 0;

  constructor(context: ProgressContext) {
    this.#progress = new Progress(context, this);
  }

  begin(group: string): void {
    this.#group = group;
    this.#begunAt = performance.now();
    this.#progress.changed();
  }

  lines() {
    const place = GROUPS.findIndex(({ name }) => name === this.#group) + 1;
    return [lineOf([`trying ${this.#group} (${place} of ${GROUPS.length})`, `${this.#seconds} s`])];
  }

  said() {
    return [{ text: `Trying ${this.#group}`, fields: { seconds: this.#seconds } }];
  }

  clear(): Promise<void> {
    return this.#progress.clear();
  }

  [Symbol.dispose](): void {
    this.#progress[Symbol.dispose]();
  }

  get #seconds(): number {
    return Math.round((performance.now() - this.#begunAt) / 1000);
  }
}
