/** `finpipe doctor --trial`: tries what finpipe assumes about the warehouse. */
import { readScriptSettings } from "../lib/config/settings.ts";
import { openTrialGround } from "../lib/engine/trial_place.ts";
import { orAborted } from "../lib/runtime/aborted.ts";
import { newKey } from "../lib/warehouse/trial/ground.ts";
import { GROUPS } from "../lib/warehouse/trial/registry.ts";
import { headLine, jsonOf, lastLines, linesOf } from "../lib/warehouse/trial/report.ts";
import { trialScript } from "../lib/warehouse/trial/script_of.ts";
import { exitCodeOf, tryAll } from "../lib/warehouse/trial/trial.ts";
import type { Context } from "./command.ts";
import { cannotTake, PLAIN_SQL } from "./refusals.ts";
import { Waiting } from "./waiting.ts";

/** @returns the exit code */
export async function runTrial(context: Context, printsSql: boolean): Promise<number> {
  const { io, json, lines, log, paint } = context;
  if (printsSql) {
    if (json) throw cannotTake("--json", "--print-sql", PLAIN_SQL);
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
  // Findings come a group at a time, and some of them wait for a server.
  using waiting = new Waiting(context);
  const findings = await tryAll(ground, {
    groups: GROUPS,
    key,
    signal: io.signal,
    log,
    onGroup(name) {
      const place = GROUPS.findIndex((group) => group.name === name) + 1;
      waiting.begin(`trying ${name} (${place} of ${GROUPS.length})`);
    },
    onFinding: (finding) => print(linesOf(finding, ground.schemas, paint)),
  });
  await waiting.clear();
  await print(lastLines(findings, ground.engine === "embedded"));
  if (json) await io.stdout.write(`${JSON.stringify(jsonOf(findings, facts, ground))}\n`);
  return exitCodeOf(findings);
}
