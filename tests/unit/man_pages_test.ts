/** Manual pages: everything is in them, and what formats them has nothing to complain of. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createProgram } from "../../commands/program.ts";
import { COMMANDS } from "../../commands/registry.ts";
import { CATALOGUE } from "../../lib/config/catalogue.ts";
import { EXIT_CODES } from "../../lib/runtime/errors.ts";
import { manPages } from "../../tools/man_pages.ts";
import { inFolder } from "../support/folder.ts";
import { isOnPath } from "../support/machine/programs.ts";
import { skippable } from "../support/skip.ts";

const PAGES = await manPages("2026-11-28");

/** As a person reads it, but for the fonts. */
function plain(page: string): string {
  return page.replaceAll(/\\f[BIR]/g, "").replaceAll("\\-", "-").replaceAll("\\(aq", "'");
}

Deno.test("each command has a page, with its options; hidden ones have none", async () => {
  const program = createProgram(COMMANDS, { out() {}, err() {} }, () => Promise.resolve());
  const shown = COMMANDS.filter(({ hidden }) => hidden !== true);
  assert.deepEqual(
    [...PAGES.keys()].sort(),
    [...shown.map(({ name }) => `finpipe-${name}.1`), "finpipe.1"].sort(),
  );
  for (const { name, load } of shown) {
    const command = program.commands.find((command) => command.name() === name)!;
    (await load()).default.configure(command);
    const page = plain(PAGES.get(`finpipe-${name}.1`)!);
    for (const { long } of command.options) assert.ok(page.includes(`${long}`), `${name} ${long}`);
    assert.ok(plain(PAGES.get("finpipe.1")!).includes(`finpipe-${name}(1)`), name);
  }
});

Deno.test("finpipe(1) has all global options, settings and exit codes", () => {
  const page = plain(PAGES.get("finpipe.1")!);
  const program = createProgram(COMMANDS, { out() {}, err() {} }, () => Promise.resolve());
  for (const { long } of program.options) assert.ok(page.includes(`${long}`), `${long}`);
  for (const { name } of CATALOGUE) assert.ok(page.includes(name), name);
  const codes = page.slice(page.indexOf("EXIT STATUS"));
  for (const code of [0, ...Object.values(EXIT_CODES), "130, 143"]) {
    assert.match(codes, new RegExp(`^\\.TP\\n${code}$`, "m"));
  }
});

for (
  const [program, args] of [
    ["mandoc", ["-T", "lint", "-W", "style"]],
    ["groff", ["-man", "-T", "utf8", "-ww", "-z"]],
  ] as const
) {
  const reason = await isOnPath(program) ? undefined : `there is no ${program}`;
  Deno.test(
    skippable(
      `${program} has nothing to say about the pages`,
      reason,
      () =>
        inFolder(async (folder) => {
          for (const [name, page] of PAGES) {
            await Deno.writeTextFile(join(folder, name), page);
          }
          const { code, stdout, stderr } = await new Deno.Command(program, {
            args: [...args, ...PAGES.keys()],
            cwd: folder,
          }).output();
          const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
          // Names of sections and pages are known to the tool; what is not installed is no fault.
          const faults = said.split("\n").filter((line) =>
            line !== "" && !line.includes("referenced manual not found") &&
            !line.includes("text line longer than 80 bytes")
          );
          assert.deepEqual(faults, []);
          assert.ok(program === "mandoc" || code === 0);
        }),
    ),
  );
}
