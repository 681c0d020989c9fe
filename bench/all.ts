/** `deno task bench`: every figure, one after the other, each in a process of its own. */
import { join } from "node:path";
import { print } from "./support.ts";

let failed = 0;
for (
  const name of [
    "startup",
    "decode",
    "land",
    "dump",
    "indexes",
    "status",
    "memory",
    "kafka",
    "kafka_decode",
    "vertica_load",
    "core",
  ]
) {
  print(`--- ${name}`);
  const script = join(import.meta.dirname!, `${name}.ts`);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script],
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  if (code !== 0) failed++;
}
Deno.exit(failed === 0 ? 0 : 1);
