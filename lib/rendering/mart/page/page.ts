/**
 * The page: one HTML file that asks for nothing else. Its policy lets run only the script and the style
 * that are in it, by their hashes; data is JSON, which no markup can come from.
 */
import { createHash } from "node:crypto";
import licence from "./made/licence.txt" with { type: "text" };
import script from "./made/page.js" with { type: "text" };
import chartStyle from "./made/uplot.css" with { type: "text" };
import style from "./page.css" with { type: "text" };
import template from "./template.html" with { type: "text" };
import type { PageData } from "./data.ts";

/** Where the page's data comes from. */
export type PageKind = "file" | "served";

/** The whole text of the page. */
export function pageHtml(data: PageData, kind: PageKind = "file"): string {
  const parts: Record<string, string> = {
    policy: pagePolicy(kind),
    style: STYLE,
    script,
    licence: escapedMarkup(licence.trim()),
    data: jsonText(data),
  };
  // By a function, as a text with `$&` in it would be changed.
  return template.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => parts[name] ?? whole);
}

const STYLE = `${chartStyle.trim()}\n${style}`;

/**
 * The Content-Security-Policy of the page, which stands in it. uPlot sets styles one by one in script,
 * which a policy allows; a served page asks its own server for news.
 */
export function pagePolicy(kind: PageKind): string {
  const rules = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(STYLE)}`,
    "img-src data:",
    ...(kind === "served" ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return rules.join("; ");
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** JSON that ends no script, whatever its texts are: a `<` occurs in strings alone. */
function jsonText(data: PageData): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}

function escapedMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
