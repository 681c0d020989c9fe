/** What Rspress is told (https://rspress.rs/api/config/config-basic); `build.ts` says the places. */
import process from "node:process";
import { readFileSync } from "node:fs";

const { pages, out, base } = JSON.parse(process.env.FINPIPE_SITE!);

export default {
  root: pages,
  outDir: out,
  base,
  title: "finpipe",
  description: "Payments events from Kafka, exactly once, as a daily mart",
  lang: "en",
  // There is no icon: without this line browsers ask for one.
  head: ['<link rel="icon" href="data:,">'],
  markdown: { link: { checkDeadLinks: true, checkAnchors: true }, showLineNumbers: false },
  search: { codeBlocks: true },
  mediumZoom: { selector: ".rspress-doc img" },
  globalStyles: new URL("site.css", import.meta.url).pathname,
  builderConfig: {
    output: { cleanDistPath: true },
    // Kept between two builds it does not notice that `base` is another one.
    performance: { buildCache: false },
  },
  plugins: [{
    name: "finpipe-search",
    // Rspress leads from the search to pages without the ending, which not every web server finds.
    modifySearchIndexData(pages: { routePath: string }[]) {
      for (const page of pages) {
        if (!page.routePath.endsWith("/")) page.routePath += ".html";
      }
    },
  }],
  themeConfig: {
    sidebar: { "/": JSON.parse(readFileSync(`${pages}/menu.json`, "utf8")) },
    lastUpdated: false,
    enableContentAnimation: false,
  },
};
