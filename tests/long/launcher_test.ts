/** The launcher, as who tries the demo types it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const LAUNCHER = fileURLToPath(new URL("../../finpipe", import.meta.url));

async function stdoutOf(program: string, cwd: string, args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args, cwd }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("what the demo says to type next can be typed where it was started", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const shown = await stdoutOf(LAUNCHER, folder, ["demo"]);
    const [, report] = /^ {2}(\S+ --engine embedded --work-dir .* report .*)$/m.exec(shown)!;
    const csv = await stdoutOf("sh", folder, ["-c", report!]);
    assert.match(csv, /^date_update,.*\n2022-10-01,410,/m);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
