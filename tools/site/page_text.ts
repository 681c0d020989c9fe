/** Makes a document, as it is read in the repository, into the text of a page of the site (pure). */
import { basename, dirname, join } from "node:path/posix";
import { linkTo, placeOf } from "./pages.ts";

export interface PageText {
  text: string;
  /** The sources of its diagrams, by the path of the picture that the text shows. */
  diagrams: Map<string, string>;
}

/** Code, which stays as it is, or a link or picture; the text of a link may have code in it. */
const CODE_OR_LINK =
  /^ *(```+)(.*)\n([^]*?)^ *\1 *$|(`+)[^]*?\4|(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)|(?<=\s(?:src|srcset)=")([^"]+)(?=")/gm;

/**
 * Rewrites what means another thing on the site than in the repository: a link to a document becomes
 * one to its page, and a link to any other file becomes text that names the file, because the site has
 * only pages. Diagrams become pictures.
 *
 * @param path of the document, from the root of the repository
 * @param documents those that are pages
 * @param base the path under which the site is served, with a slash at both ends
 */
export function pageText(
  path: string,
  source: string,
  documents: ReadonlySet<string>,
  base: string,
): PageText {
  const diagrams = new Map<string, string>();
  const text = source.replace(
    CODE_OR_LINK,
    (whole, fence, language, code, _ticks, picture, label, target, htmlTarget) => {
      if (fence !== undefined) return language.trim() === "mermaid" ? diagram(code) : whole;
      const url: string | undefined = target ?? htmlTarget;
      if (url === undefined || /^(#|[a-z]+:)/.test(url)) return whole;
      const [file, anchor = ""] = url.split(/(?=#)/);
      const meant = join(dirname(path), file!);
      if (htmlTarget !== undefined) return base + meant;
      if (picture === "!") return `![${label}](${linkTo(path, meant)})`;
      if (documents.has(meant)) return `[${label}](${linkTo(path, placeOf(meant))}${anchor})`;
      return label.includes(basename(meant)) ? label : `${label} (\`${meant}\`)`;
    },
  );
  return { text, diagrams };

  function diagram(code: string): string {
    const place = `${placeOf(path).replace(/\.md$/, "")}-${diagrams.size + 1}.svg`;
    diagrams.set(place, code);
    return `![A diagram of what is told around it](${linkTo(path, place)})`;
  }
}
