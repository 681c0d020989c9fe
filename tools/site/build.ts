/**
 * `deno task site`: makes a site of the documents, in dist/site, for any static web server. Rspress
 * makes it, from pages in dist/site-pages that are made from the documents each time: the documents stay
 * the only copy. Needs the network once, for the packages. Those are not the program's: they have a
 * configuration and a lock file of their own here. `--base /finpipe/` is for a site below a path.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { FOLDERS, groupsOf, placeOf, titleOf } from "./pages.ts";
import { pageText } from "./page_text.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SITE = join(ROOT, "dist/site");
const PAGES = join(ROOT, "dist/site-pages");
const PICTURES = "docs/pictures";
/** What Rspress made, before it is moved: Deno runs a part of it only beside Rspress' own packages. */
const MADE = join(HERE, "node_modules/.site");
const RSPRESS = "node_modules/@rspress/core/bin/rspress.js";

/** Not a literal: `deno check` knows the program's packages only. */
const RENDERER: string = "beautiful-mermaid";

if (import.meta.main) {
  const { values } = parseArgs({ options: { base: { type: "string", default: "/" } } });
  for (const folder of [PAGES, MADE, SITE]) {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
  await writePages(values.base);
  await runRspress({ pages: PAGES, out: MADE, base: values.base });
  await Deno.rename(MADE, SITE);
}

/** Writes what Rspress makes the site of: pages, pictures and the menu. */
async function writePages(base: string): Promise<void> {
  const documents = await documentsOf(ROOT);
  const titles = new Map<string, string>();
  const { renderMermaidSVG } = await import(RENDERER) as {
    renderMermaidSVG(source: string, options: { transparent: boolean }): string;
  };
  for (const path of documents) {
    const source = await Deno.readTextFile(join(ROOT, path));
    titles.set(path, titleOf(source));
    const { text, diagrams } = pageText(path, source, new Set(documents), base);
    await write(placeOf(path), text);
    for (const [place, code] of diagrams) {
      // Its fonts are on another server: the reader's own are good enough.
      const picture = renderMermaidSVG(code, { transparent: false });
      await write(place, picture.replace(/^\s*@import .*\n/gm, ""));
    }
  }
  for await (const { name } of Deno.readDir(join(ROOT, PICTURES))) {
    const picture = await Deno.readFile(join(ROOT, PICTURES, name));
    // Once for Markdown, and once for HTML, in which Rspress does not look for pictures.
    for (const folder of [PICTURES, join("public", PICTURES)]) {
      await write(join(folder, name), picture);
    }
  }
  const menu = groupsOf(documents).map(({ text, paths }) => ({
    text,
    items: paths.map((path) => ({
      text: titles.get(path),
      link: `/${placeOf(path).replace(/(^|\/)index\.md$|\.md$/, "$1")}`,
    })),
  }));
  await write("menu.json", JSON.stringify(menu));
}

/** The documents that are pages, by their paths from the root. */
export async function documentsOf(root: string): Promise<string[]> {
  const found: string[] = [];
  const look = async (folder: string, isDeep: boolean): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
      const path = join(folder, name);
      if (name.endsWith(".md")) found.push(path);
      else if (isDirectory && isDeep && name !== "node_modules") await look(path, true);
    }
  };
  await look("", false);
  for (const folder of FOLDERS) await look(folder, true);
  return found.sort();
}

async function write(place: string, content: string | Uint8Array): Promise<void> {
  const path = join(PAGES, place);
  await Deno.mkdir(dirname(path), { recursive: true });
  if (typeof content === "string") await Deno.writeTextFile(path, content);
  else await Deno.writeFile(path, content);
}

async function runRspress(settings: Record<string, string>): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--config", "packages.json", "-A", RSPRESS, "build"],
    cwd: HERE,
    env: { FINPIPE_SITE: JSON.stringify(settings) },
  }).spawn().status;
  if (!success) throw new Error("Rspress did not make the site: see above");
}
