/** All links of the books, in the order of the pipeline. A link that comes is a line here. */
import type { CountedValues } from "../../standing/mart_standing.ts";
import { AGAINST_LINKS } from "../against.ts";
import type { DayLink } from "../difference.ts";
import { CORE_LINKS, DEEP_CORE_LINKS, DIMENSION_LINKS, WITNESS_LINKS } from "./core.ts";
import { DEEP_LINKS } from "./deep.ts";
import { LOAD_LINKS } from "./load.ts";
import { MART_LINKS } from "./mart.ts";
import { STAGING_LINKS } from "./staging.ts";
import { SOURCE_LINKS } from "./sources.ts";
import { cdmLink, STEP_LINKS } from "./steps.ts";

/** Those of a deep audit alone. */
export const ALL_DEEP_LINKS: readonly DayLink[] = [...DEEP_LINKS, ...DEEP_CORE_LINKS];

/** @param asked the statuses and types that `cdm` would count */
export function dayLinks(asked: CountedValues): readonly DayLink[] {
  const links = [...STAGING_LINKS, ...LOAD_LINKS, ...CORE_LINKS, ...MART_LINKS, ...WITNESS_LINKS];
  return [...STEP_LINKS, cdmLink(asked), ...links, ...ALL_DEEP_LINKS];
}

/** What the two sides of a link are, for people. */
export function sidesOf(link: string): readonly [left: string, right: string] {
  const links = [
    ...dayLinks({ statuses: [], types: undefined }),
    ...DIMENSION_LINKS,
    ...SOURCE_LINKS,
    ...AGAINST_LINKS,
  ];
  return links.find(({ name }) => name === link)?.sides ?? ["one side", "the other"];
}
