/** The licenses of what finpipe holds, and the list of it for programs. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { LICENSES } from "../../lib/licenses/licenses.ts";
import { notAllowed, thirdPartyJson } from "../../tools/release/licenses.ts";
import { runtimePackages } from "../../tools/release/packages.ts";
import { sbomOf } from "../../tools/release/sbom.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { readDocument } from "../support/docs/documents.ts";
import { runTool, toolTest } from "../support/docs/deploy_tools.ts";

Deno.test("lib/licenses/third_party.json is what 'deno task licenses' writes", async () => {
  assert.equal(await readDocument("lib/licenses/third_party.json"), await thirdPartyJson());
});

Deno.test("the packages that finpipe holds have licenses that are allowed", async () => {
  const packages = await runtimePackages();
  assert.deepEqual(notAllowed(packages), []);
  const another = { name: "evil", license: "AGPL-3.0" };
  assert.deepEqual(notAllowed([...packages, another]), ["evil (AGPL-3.0)"]);
});

Deno.test("packages that only tests use are not among them, those of the page are", async () => {
  const names = (await runtimePackages()).map(({ name }) => name);
  for (const name of ["kafkajs", "uplot", "pg-types", "xtend"]) {
    assert.ok(names.includes(name), name);
  }
  for (const name of ["axe-core", "fast-check", "@types/pg"]) {
    assert.ok(!names.includes(name), name);
  }
});

Deno.test("finpipe licenses prints every text, and --json the same", async () => {
  const { code, stdout } = await runCli(["licenses"]);
  assert.equal(code, 0);
  for (const { name, version, text } of LICENSES) {
    assert.ok(stdout.includes(`\n${name} ${version}: `), name);
    assert.ok(stdout.includes(text), name);
    assert.match(text, /copyright|permission is hereby granted/i, name);
  }
  assert.deepEqual(JSON.parse((await runCli(["licenses", "--json"])).stdout), LICENSES);
});

Deno.test("the CycloneDX file has each package, by its hash in deno.lock", async () => {
  const packages = await runtimePackages();
  const at = Temporal.Instant.from("2022-10-01T00:00:00Z");
  const bom = JSON.parse(sbomOf(packages, { commit: null, at }));
  const lock = await readDocument("deno.lock");
  assert.equal(bom.components.length, packages.length + 1);
  for (const { purl, hashes } of bom.components.slice(1)) {
    const sum = Buffer.from(hashes[0].content, "hex").toString("base64");
    assert.ok(lock.includes(`"sha512-${sum}"`), purl);
  }
  const refs = new Set(bom.components.map((component: { purl: string }) => component.purl));
  for (const { ref, dependsOn } of bom.dependencies) {
    for (const needed of dependsOn) assert.ok(refs.has(needed), `${ref} needs ${needed}`);
  }
  assert.ok(refs.has("pkg:npm/%40electric-sql/pglite@0.5.17"));
});

await toolTest("sbom-check: the CycloneDX file keeps to its schema", "sbom-check", async () => {
  const text = sbomOf(await runtimePackages(), { commit: "0".repeat(40) });
  const { success, output } = await runTool("sbom-check", [], { stdin: text });
  assert.ok(success, output);
  const broken = text.replace('"type": "library"', '"type": "book"');
  assert.ok(!(await runTool("sbom-check", [], { stdin: broken })).success);
});
