/** What staging calls a source that somebody names. */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { sourceNames } from "../../lib/rejected/source_names.ts";
import { inFolder } from "../support/folder.ts";

Deno.test("stdin and the configured topic have the names of stream", async () => {
  assert.deepEqual(await sourceNames("-", "events"), ["-", "stdin"]);
  assert.deepEqual(await sourceNames("kafka", "events"), ["kafka", "events"]);
  assert.deepEqual(await sourceNames("stdin", "events"), ["stdin", resolve("stdin")]);
});

Deno.test("a file is known by its path without links, and where it is gone by its path", () =>
  inFolder(async (folder) => {
    const path = `${await Deno.realPath(folder)}/events.jsonl`;
    await Deno.writeTextFile(path, "");
    await Deno.symlink(path, `${folder}/link`);
    assert.ok((await sourceNames(`${folder}/link`, "events")).includes(path));
    assert.deepEqual(await sourceNames(`${path}/../events.jsonl`, "events"), [
      `${path}/../events.jsonl`,
      path,
    ]);
    await Deno.remove(path);
    assert.deepEqual(await sourceNames(path, "events"), [path]);
  }));
