/**
 * Start-up of `finpipe --help`, against a Deno that does nothing; and the processor seconds of a short
 * command on the embedded engine, against those that it takes where V8 compiles as it does by default.
 */
import { join } from "node:path";
import { LAUNCHER_FLAGS, PERMISSIONS } from "../tests/support/cli/run_cli.ts";
import { benchFolder, bestOf, figure, FINPIPE, measure } from "./support.ts";

const ROUNDS = Number(Deno.args[0] ?? 15);
const root = join(import.meta.dirname!, "..");
const seconds = (command: string[]) => async () => (await measure(command)).seconds;

await using folder = await benchFolder();
const ends = ["--engine", "embedded", "--work-dir", folder.path];
await measure([...FINPIPE, ...ends, "init"]);
const report = (flags: readonly string[]) => async () => {
  const command = [join(root, "main.ts"), "report", "--quiet", ...ends];
  return (await measure(["deno", "run", ...flags, ...PERMISSIONS, ...command])).processorSeconds;
};
const byDefault = LAUNCHER_FLAGS.map((flag) => flag.replace(/,--wasm-tiering-budget=\d+/, ""));

const best = await bestOf(ROUNDS, {
  report: report(LAUNCHER_FLAGS),
  reportByDefault: report(byDefault),
  help: seconds([
    ...["deno", "run", ...LAUNCHER_FLAGS, `--config=${join(root, "deno.json")}`, ...PERMISSIONS],
    ...[join(root, "main.ts"), "--help"],
  ]),
  nothing: seconds(["deno", "eval", ""]),
});
figure("start-up of --help / deno eval ''", best.help / best.nothing, 2.5);
figure(
  "processor seconds of report / as V8 compiles by default",
  best.report / best.reportByDefault,
);
