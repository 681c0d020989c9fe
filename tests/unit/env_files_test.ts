/** Files of variables for --env-file. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { beneath, readEnvFiles } from "../../lib/config/env_files.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import type { Io } from "../../lib/runtime/io.ts";
import { inFolder } from "../support/folder.ts";

const NOTHING = { env: () => undefined };

/** The variables of files with these texts, read in this order. */
async function read(texts: string[], io: Pick<Io, "env"> = NOTHING) {
  return await inFolder(async (folder) => {
    const paths = texts.map((_, index) => join(folder, `${index}.env`));
    for (const [index, path] of paths.entries()) await Deno.writeTextFile(path, texts[index]!);
    try {
      const files = await readEnvFiles(paths, io);
      return Object.fromEntries([...files].map(([name, { value }]) => [name, value]));
    } catch (error) {
      assert.ok(isKind(error, "configuration"), String(error));
      return error.message.replaceAll(`${folder}/`, "");
    }
  });
}

Deno.test("variables, comments, quotes, values of several lines", async () => {
  const text = [
    "\uFEFF# a comment",
    "",
    "A=1",
    "export B = two words ",
    'C="with # and \\n"',
    "D='\\n $A'",
    "E=",
    'F="1',
    '2"',
    'G=`it\'s "quoted"` # a comment',
    "A=last",
    "  # another",
  ].join("\r\n");
  const wanted = {
    A: "last",
    B: "two words",
    C: "with # and \n",
    D: "\\n $A",
    E: "",
    F: "1\n2",
  };
  assert.deepEqual(await read([text.replace(/ # a comment\r\nA/, "\r\nA")]), {
    ...wanted,
    G: `it's "quoted"`,
  });
});

Deno.test("a later file wins over an earlier one, and what is set over all", async () => {
  const files = ["A=1\nB=1\nC=1", "B=2\nC=2"];
  const env = (name: string) => ({ C: "set", D: "" })[name];
  assert.deepEqual(await read([...files, "D=3"], { env }), { A: "1", B: "2" });
});

for (
  const [what, text, says] of [
    ["no variable", "A=1\nsecret", '"0.env", line 2: it is not NAME=value'],
    ["a name that is none", "1A=s", '"0.env", line 1: it is not NAME=value'],
    ["an open quote", '\nA="s\nB=1', '"0.env", line 2: its quote is not closed'],
    ["text after a quote", 'A="s"s', '"0.env", line 1: there is text after the closing quote'],
    ["a comment beside a quote", 'A="s" # c', '"0.env", line 1: there is text after'],
    ["a # that programs read otherwise", "A=s#s", '"0.env", line 1: a # stands in a value without'],
  ] as const
) {
  Deno.test(`a file with ${what} is refused, naming file and line and no value`, async () => {
    const said = await read([text]) as unknown as string;
    assert.ok(said.startsWith(`Cannot use --env-file: ${says}`), said);
    assert.doesNotMatch(said, /secret|"s/);
  });
}

Deno.test("all that is wrong is told at once; files that are not there, too", async () => {
  const said = await readEnvFiles(["/nix/a", "."], NOTHING).catch(({ message }) => message);
  assert.match(
    said,
    /2 problems\n {2}--env-file: there is no file "\/nix\/a"\n.*\n {2}--env-file: the file "\." cannot/,
  );
});

Deno.test("what a run asks its environment for comes from the files, too", () => {
  const io = { env: (name: string) => ({ A: "1" })[name], envNames: () => ["A"] } as unknown as Io;
  const both = beneath(io, new Map([["B", { value: "", place: "f, line 1" }]]));
  assert.deepEqual([both.env("A"), both.env("B"), both.env("C")], ["1", "", undefined]);
  assert.deepEqual(both.envNames(), ["A", "B"]);
});
