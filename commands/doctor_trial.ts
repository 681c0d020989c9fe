/** `finpipe doctor --trial`: tries what finpipe takes for granted of the warehouse. */
import { readScriptSettings } from "../lib/config/settings.ts";
import { openTrialGround } from "../lib/trial_place.ts";
import { newKey } from "../lib/warehouse/trial/ground.ts";
import { GROUPS } from "../lib/warehouse/trial/registry.ts";
import { headLine, jsonOf, lastLines, linesOf } from "../lib/warehouse/trial/report.ts";
import { trialScript } from "../lib/warehouse/trial/script_of.ts";
import { exitCodeOf, tryAll } from "../lib/warehouse/trial/trial.ts";
import type { Context } from "./command.ts";

/** @returns the exit code */
export async function runTrial(context: Context, printsSql: boolean): Promise<number> {
  const { io, json, lines, log } = context;
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
  await ground.requireSchemas();
  const facts = await ground.facts();
  await print([headLine(facts), ""]);
  const findings = await tryAll(ground, {
    groups: GROUPS,
    key,
    signal: io.signal,
    log,
    onFinding: (finding) => print(linesOf(finding, ground.schemas)),
  });
  await print(lastLines(findings, ground.engine === "embedded"));
  if (json) await io.stdout.write(`${JSON.stringify(jsonOf(findings, facts, ground))}\n`);
  return exitCodeOf(findings);
}
