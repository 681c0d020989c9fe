/** Which documents are pages of the site, and where its menu has them. */
import { dirname, relative } from "node:path/posix";

/** A heading of the menu, and the documents below it. */
export interface Group {
  text: string;
  paths: string[];
}

/** The document that is the site's first page. */
export const START = "README.md";

/** Folders whose documents are pages, beside those in the root. */
export const FOLDERS = ["docs", "sql", "deploy", "tests/vertica-server"];

const GROUPS: readonly Group[] = [
  { text: "Begin", paths: [START, "docs/glossary.md"] },
  {
    text: "Run it",
    paths: ["docs/operations.md", "docs/vertica.md", "SECURITY.md"],
  },
  { text: "Look at the mart", paths: ["docs/looking.md", "docs/core.md", "docs/audit.md"] },
  { text: "Reference", paths: ["docs/cli.md", "docs/json.md", "docs/contract.md"] },
  {
    text: "How it works",
    paths: [
      "docs/concurrency.md",
      "docs/kafka-client.md",
      "docs/crash-matrix.md",
      "docs/crash-matrix-load.md",
    ],
  },
];

/** Where a document goes that no group names: below `docs/` it is for users, else for developers. */
const OTHER_DOCS = "More";
const OTHERS = "Work on it";

/** The menu: each document is in it once, also one that nobody has sorted in yet. */
export function groupsOf(documents: readonly string[]): Group[] {
  const named = new Set(GROUPS.flatMap(({ paths }) => paths));
  const others = documents.filter((path) => !named.has(path));
  return [
    ...GROUPS.map(({ text, paths }) => ({
      text,
      paths: paths.filter((path) => documents.includes(path)),
    })),
    { text: OTHER_DOCS, paths: others.filter((path) => path.startsWith("docs/")) },
    { text: OTHERS, paths: others.filter((path) => !path.startsWith("docs/")) },
  ].filter(({ paths }) => paths.length > 0);
}

/** Where a document stands among the sources of the site, and, without the ending, in the site. */
export function placeOf(document: string): string {
  return document === START ? "index.md" : document;
}

/** A link from one document to another file of the site, as it is written there. */
export function linkTo(document: string, place: string): string {
  const path = relative(dirname(placeOf(document)), place);
  return path.startsWith(".") ? path : `./${path}`;
}

/** What a document calls itself in its first line. */
export function titleOf(text: string): string {
  return /^# (.*)$/m.exec(text)?.[1] ?? "";
}
