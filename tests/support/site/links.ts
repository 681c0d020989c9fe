/** The links of a made site: where they lead, and which of them lead nowhere. */
import { join } from "node:path";
import { dirname, join as joinUrl } from "node:path/posix";

/** The HTML files of a site by their paths in it. */
export async function pagesOf(folder: string, below = ""): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
    const path = joinUrl(below, name);
    if (isDirectory) { for (const [at, html] of await pagesOf(folder, path)) pages.set(at, html); }
    else if (name.endsWith(".html")) pages.set(path, await Deno.readTextFile(join(folder, path)));
  }
  return pages;
}

/** What pages link to and is not there, as `page: link`. */
export async function deadLinks(folder: string, pages: Map<string, string>): Promise<string[]> {
  const dead: string[] = [];
  for (const [page, html] of pages) {
    for (const link of linksOf(html)) {
      if (!await isThere(folder, pages, page, link)) dead.push(`${page}: ${link}`);
    }
  }
  return dead;
}

/** What a page links to or shows, but for other servers and data. */
function linksOf(html: string): Set<string> {
  const links = [...html.matchAll(/\s(?:href|src|srcset)="([^"]+)"/gi)].map(([, link]) => link!);
  return new Set(links.filter((link) => !/^([a-z]+:|\/\/)/i.test(link)));
}

async function isThere(
  folder: string,
  pages: Map<string, string>,
  page: string,
  link: string,
): Promise<boolean> {
  const [path, anchor] = link.replaceAll("&amp;", "&").split("#") as [string, string?];
  const target = path === "" ? page : targetOf(page, path);
  const html = pages.get(target);
  if (html === undefined) {
    const file = await Deno.stat(join(folder, target)).catch(() => undefined);
    return file?.isFile === true && anchor === undefined;
  }
  return anchor === undefined || html.includes(` id="${decodeURIComponent(anchor)}"`);
}

function targetOf(page: string, path: string): string {
  const full = path.startsWith("/") ? path.slice(1) : joinUrl(dirname(page), path);
  return full === "" || full.endsWith("/") ? `${full}index.html` : full;
}
