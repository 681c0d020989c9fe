/** The entry: the only exit, the only use of the process's own streams, clock and signals. */
import { run } from "./commands/run.ts";
import { terminal } from "./lib/runtime/terminal.ts";

const exit = Deno.exit;
if (import.meta.main) exit(await run(Deno.args, terminal(exit)));
