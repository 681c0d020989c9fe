/**
 * Makes what the page of a report is made of, from its sources in lib/rendering/mart/page/browser/ and
 * from uPlot: `deno task page`. With --check, fails where a file is not what would be made.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const PAGE = fileURLToPath(new URL("../lib/rendering/mart/page", import.meta.url));
/** uPlot's folder: its entry is in `dist/`. */
const UPLOT = dirname(dirname(fileURLToPath(import.meta.resolve("uplot"))));

if (import.meta.main) {
  const stale: string[] = [];
  for (const [name, text] of Object.entries(await madeFiles())) {
    const path = `${PAGE}/made/${name}`;
    if (Deno.args.includes("--check")) {
      if (await Deno.readTextFile(path).catch(() => undefined) !== text) stale.push(name);
    } else await Deno.writeTextFile(path, text);
  }
  if (stale.length > 0) {
    throw new Error(`Not up to date: ${stale.join(", ")}. Run 'deno task page'`);
  }
}

/** The files of `made/` by their names. */
export async function madeFiles(): Promise<Record<string, string>> {
  return {
    "page.js": await bundle(),
    "uplot.css": await Deno.readTextFile(`${UPLOT}/dist/uPlot.min.css`),
    "licence.txt": await Deno.readTextFile(`${UPLOT}/LICENSE`),
  };
}

/** One classic script, which a page has between its tags. */
async function bundle(): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform=browser",
      "--format=iife",
      "--minify",
      `${PAGE}/browser/main.ts`,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(text.decode(stderr));
  const script = text.decode(stdout).trim();
  // Neither may stand in a script of a page.
  for (const end of ["</script", "<!--"]) {
    if (script.toLowerCase().includes(end)) throw new Error(`The script holds ${end}`);
  }
  return `${script}\n`;
}
