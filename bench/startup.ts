/** Start-up of `finpipe --help`, against a Deno that does nothing. */
import { join } from "node:path";
import { LAUNCHER_FLAGS, PERMISSIONS } from "../tests/support/cli/run_cli.ts";
import { bestOf, figure, measure } from "./support.ts";

const ROUNDS = Number(Deno.args[0] ?? 15);
const root = join(import.meta.dirname!, "..");
const seconds = (command: string[]) => async () => (await measure(command)).seconds;

const best = await bestOf(ROUNDS, {
  help: seconds([
    ...["deno", "run", ...LAUNCHER_FLAGS, `--config=${join(root, "deno.json")}`, ...PERMISSIONS],
    ...[join(root, "main.ts"), "--help"],
  ]),
  nothing: seconds(["deno", "eval", ""]),
});
figure("start-up of --help / deno eval ''", best.help / best.nothing, 2.5);
