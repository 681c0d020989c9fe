/** What somebody is told of books that do not balance: where, without figures. */
import type { Audit } from "../../audit/audit.ts";
import type { Difference } from "../../audit/difference.ts";
import type { Notice } from "../../notify/notice.ts";
import { EXIT_CODES } from "../../runtime/errors.ts";
import { summary } from "./text.ts";

/** Places that are named; a wrong day has several. */
const MOST_PLACES = 5;

/** @param audit with a difference */
export function noticeOfDifferences(audit: Audit): Notice {
  const places = audit.differences.map(placeOf);
  const named = [...new Set(places)];
  const more = named.length > MOST_PLACES ? ` and ${named.length - MOST_PLACES} more` : "";
  return {
    event: "audit_differences",
    key: named.join("; "),
    message: `${summary(audit)}: ${named.slice(0, MOST_PLACES).join("; ")}${more}`,
    hint: "Run 'finpipe audit' of these days: it shows both sides of each, and the likely cause",
    exitCode: EXIT_CODES.data,
  };
}

function placeOf({ day, dataset, link, source, dimension }: Difference): string {
  const where = [day, source && `${source.source} ${source.partition}`, dimension, dataset];
  return [...where.filter((part) => part !== undefined), link].join(" ");
}
