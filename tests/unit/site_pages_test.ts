/** How a document becomes a page of the site. */
import assert from "node:assert/strict";
import { groupsOf } from "../../tools/site/pages.ts";
import { pageText } from "../../tools/site/page_text.ts";

const DOCUMENTS = new Set(["README.md", "docs/a.md", "docs/b.md", "sql/README.md"]);

function text(path: string, source: string, base = "/"): string {
  return pageText(path, source, DOCUMENTS, base).text;
}

Deno.test("a link to a document leads to its page, from where it stands", () => {
  assert.equal(
    text("docs/a.md", "[`b`](b.md#x) [r](../README.md#y)"),
    "[`b`](./b.md#x) [r](../index.md#y)",
  );
  assert.equal(text("README.md", "[a](docs/a.md)"), "[a](./docs/a.md)");
  assert.equal(text("docs/a.md", "[s](../sql/README.md)"), "[s](../sql/README.md)");
});

Deno.test("a link to another file names the file", () => {
  assert.equal(text("docs/a.md", "[alerts](../deploy/x.yaml)"), "alerts (`deploy/x.yaml`)");
  assert.equal(text("README.md", "[compose.yaml](compose.yaml)"), "compose.yaml");
  assert.equal(text("docs/a.md", "[sql/x/](../sql/x/)"), "sql/x/");
});

Deno.test("links elsewhere, anchors and code stay as they are", () => {
  const same = "[x](https://example.org/a.md) [y](#y) `[a](a.md)`\n\n```sh\n[a](none.md)\n```\n";
  assert.equal(text("docs/a.md", same), same);
});

Deno.test("pictures are named from where the page stands, those in HTML from the site's base", () => {
  assert.equal(text("docs/a.md", "![alt](pictures/p.png)"), "![alt](./pictures/p.png)");
  assert.equal(
    text("README.md", '<img src="docs/p.png" alt="">', "/base/"),
    '<img src="/base/docs/p.png" alt="">',
  );
});

Deno.test("a diagram becomes a picture", () => {
  const { text, diagrams } = pageText("docs/a.md", "x\n\n```mermaid\nA\n```\n", DOCUMENTS, "/");
  assert.match(text, /^x\n\n!\[.+\]\(\.\/a-1\.svg\)\n$/);
  assert.deepEqual([...diagrams], [["docs/a-1.svg", "A\n"]]);
});

Deno.test("each document is in the menu once, also one that no group names", () => {
  const documents = ["README.md", "docs/cli.md", "docs/new.md", "NEW.md"];
  const paths = groupsOf(documents).flatMap((group) => group.paths);
  assert.deepEqual(paths.sort(), documents.sort());
});
