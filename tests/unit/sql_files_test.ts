/** SQL files have one kind of variable, and what is said of them elsewhere holds. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { SqlTemplate } from "../../lib/sql/template.ts";
import { exampleOf, SQL, sqlFilesOf, variablesOf } from "../support/sql_files.ts";

const ROOT = join(SQL, "..");

/** All files below a folder of the repository whose names end so, from the repository on. */
async function filesBelow(folder: string, end: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
    const path = join(folder, name);
    if (isDirectory) found.push(...await filesBelow(path, end));
    else if (name.endsWith(end)) found.push(path);
  }
  return found.sort();
}

for (const folder of ["staging", "postgres"]) {
  Deno.test(`sql/${folder}/example.psql sets what its files need, and nothing else`, async () => {
    const needed = new Map<string, string>();
    for (const name of await sqlFilesOf(folder)) {
      const { variables } = new SqlTemplate(await Deno.readTextFile(join(SQL, folder, name)));
      for (const variable of variables) needed.set(variable, name);
    }
    const set = new Set(Object.keys(await exampleOf(join(folder, "example.psql"))));
    for (const [name, file] of needed) {
      assert.ok(set.has(name), `sql/${folder}/example.psql sets no ${name}, which ${file} needs`);
    }
    for (const name of set) {
      assert.ok(needed.has(name), `no file needs ${name} of sql/${folder}/example.psql`);
    }
  });
}

Deno.test("a script of psql's sets variables by its rules", () => {
  const script = String.raw`-- a comment
\set id 1
\set day '\'2022-10-01\''
\set words 'it''s' ' \\ ' more
\set tab '\t'
`;
  assert.deepEqual(
    [...variablesOf(script)],
    [["id", "1"], ["day", "'2022-10-01'"], ["words", "it's \\ more"], ["tab", "\t"]],
  );
  for (const bad of ["SELECT 1", "\\set", "\\set day '2022", "\\set id 1\n\\set id 2"]) {
    assert.throws(() => variablesOf(bad), bad);
  }
});

Deno.test("no SQL file has a parameter by number", async () => {
  for (const path of await filesBelow("sql", ".sql")) {
    assert.doesNotMatch(await Deno.readTextFile(join(ROOT, path)), /\$\d/, path);
  }
});

Deno.test("a query is named as its file, of which it is", async () => {
  let queries = 0;
  for (const path of await filesBelow("lib", ".ts")) {
    const source = await Deno.readTextFile(join(ROOT, path));
    const imported = new Map(
      [...source.matchAll(/^import (\w+) from\s+"[./]*(sql\/[^"]+)\.sql"/gm)]
        .map(([, name, file]) => [name, file]),
    );
    for (const [, name, text] of source.matchAll(/\bquery\(\s*"([^"]+)",\s*(\w+)/g)) {
      assert.equal(imported.get(text), `sql/${name}`, `${path}: ${name}`);
      queries++;
    }
  }
  assert.ok(queries > 0);
});
