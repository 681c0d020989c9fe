/**
 * Refuses rows in which a string is absent, or too long, as the embedded warehouse does.
 *
 * Vertica may not. No page says whether FCSVPARSER keeps `,"",` apart from `,,`, and who tried it was
 * given NULL for both (github.com/markddrake/YADAMU---Yet-Another-DAta-Migration-Utility, issue 129). So
 * COPY makes the empty string of a NULL, and where such strings were taken the file itself is asked which
 * of them stood there. Nor does one say whether ENFORCELENGTH goes together with that parser
 * (enforced_length.ts): where strings fill their column, the file is asked whether they were cut.
 */
import changedDrop from "../../../../sql/warehouse/vertica/changed_drop.sql" with { type: "text" };
import changedKeep from "../../../../sql/warehouse/vertica/changed_keep.sql" with { type: "text" };
import changedPossible from "../../../../sql/warehouse/vertica/changed_possible.sql" with {
  type: "text",
};
import * as is from "../../../sql/columns.ts";
import { templatesOf } from "../../../sql/template.ts";
import type { PartitionFile } from "../../../partitions/partition_file.ts";
import { SHOWN_BEYOND_LIMIT } from "../../load_checks.ts";
import type { LoadLimits } from "../../repository.ts";
import { type ChangedRow, changedRows } from "./changed_rows.ts";
import type { Refused } from "./refused_rows.ts";
import { verticaInsert, verticaQuery } from "../query.ts";
import type { VerticaScope } from "../scope.ts";
import { type SideSubject, sideValues } from "../variables.ts";

const POSSIBLE = verticaQuery("changed_possible", changedPossible, {
  emptyStrings: is.integer,
  fullStrings: is.integer,
});
const KEEP = verticaInsert("changed_keep", changedKeep);
const DROP = templatesOf(changedDrop);

const NONE: Refused = { count: 0n, first: undefined };

/**
 * Bytes of a row that are kept. load_refused.raw has room for twice as many, but they go there as a literal,
 * which may be a VARCHAR to the server, and that has no more (Vertica documentation, "Character data types").
 */
const RAW_BYTES = 65_000;

/** Keeps them and takes them out of the side table; beyond the limit only some more are kept. */
export async function refuseChanged(
  scope: VerticaScope,
  subject: SideSubject,
  file: PartitionFile,
  { maxRejected, signal }: LoadLimits,
): Promise<Refused> {
  if (subject.dataset !== "transactions") return NONE;
  const { emptyStrings, fullStrings } = await scope.selectOne(POSSIBLE, sideValues(subject));
  const sought = { absent: emptyStrings > 0, tooLong: fullStrings > 0 };
  if (!sought.absent && !sought.tooLong) return NONE;
  let count = 0n;
  let first: string | undefined;
  for await (const changed of changedRows(file, sought)) {
    signal.throwIfAborted();
    if (count > maxRejected + SHOWN_BEYOND_LIMIT) return { count, atLeast: true, first };
    if (!await refuse(scope, subject, changed)) continue;
    first ??= `line ${changed.line}: ${changed.column}: ${changed.why}`;
    count++;
  }
  return { count, first };
}

/** @returns false where COPY has rejected the row for another reason */
async function refuse(
  scope: VerticaScope,
  subject: SideSubject,
  { line, objectId, column, why, text }: ChangedRow,
): Promise<boolean> {
  const object_id = uuidOf(objectId);
  if (object_id === undefined) return false;
  const values = {
    ...sideValues(subject),
    object_id,
    line,
    reason: `${column}: ${why}`,
    // A statement ends at U+0000.
    raw: firstBytes(text.replaceAll("\0", "\uFFFD"), RAW_BYTES),
    now: scope.timestamp,
  };
  if (await scope.selectOne(KEEP, values) === 0n) return false;
  await scope.run(DROP, values);
  return true;
}

/** In the one form that every server reads; undefined where it is no UUID, and COPY rejected it. */
function uuidOf(text: string): string | undefined {
  const digits = text.replace(/[^0-9a-f]/gi, "");
  return /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(digits)?.slice(1).join("-");
}

/** So much of a text as fits, in whole letters. */
function firstBytes(text: string, bytes: number): string {
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read);
}
