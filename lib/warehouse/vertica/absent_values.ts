/**
 * Refuses rows in which a string is absent, as the embedded warehouse does.
 *
 * Vertica cannot: no page says whether FCSVPARSER keeps `,"",` apart from `,,`, and who tried it was
 * given NULL for both (github.com/markddrake/YADAMU---Yet-Another-DAta-Migration-Utility, issue 129). So
 * COPY makes the empty string of a NULL, and where such strings were taken the file itself is asked which
 * of them stood there.
 */
import absentDrop from "../../../sql/warehouse/vertica/absent_drop.sql" with { type: "text" };
import absentKeep from "../../../sql/warehouse/vertica/absent_keep.sql" with { type: "text" };
import absentPossible from "../../../sql/warehouse/vertica/absent_possible.sql" with {
  type: "text",
};
import type { PartitionFile } from "../../partitions/partition_file.ts";
import { NO_VALUE, SHOWN_BEYOND_LIMIT } from "../load_checks.ts";
import type { LoadLimits } from "../repository.ts";
import { type AbsentRow, absentRows } from "./absent_rows.ts";
import type { Refused } from "./refused_rows.ts";
import type { VerticaScope } from "./scope.ts";
import type { SideSubject } from "./side_table.ts";

const NONE: Refused = { count: 0n, first: undefined };

/** Keeps them and takes them out of the side table; beyond the limit only some more are kept. */
export async function refuseAbsent(
  scope: VerticaScope,
  subject: SideSubject,
  file: PartitionFile,
  { maxRejected, signal }: LoadLimits,
): Promise<Refused> {
  if (subject.dataset !== "transactions") return NONE;
  const [row] = await scope.run(absentPossible, {}, subject);
  if (row!.possible === "0") return NONE;
  let count = 0n;
  let first: string | undefined;
  for await (const absent of absentRows(file)) {
    signal.throwIfAborted();
    if (count > maxRejected + SHOWN_BEYOND_LIMIT) break;
    if (!await refuse(scope, subject, absent)) continue;
    first ??= `line ${absent.line}: ${absent.column}: ${NO_VALUE}`;
    count++;
  }
  return { count, first };
}

/** @returns false where COPY has rejected the row for another reason */
async function refuse(
  scope: VerticaScope,
  subject: SideSubject,
  { line, objectId, column, text }: AbsentRow,
): Promise<boolean> {
  const object_id = uuidOf(objectId);
  if (object_id === undefined) return false;
  const values = {
    load_id: subject.loadId,
    object_id,
    line,
    reason: `${column}: ${NO_VALUE}`,
    // A statement ends at U+0000.
    raw: text.replaceAll("\0", "\uFFFD"),
    now: scope.timestamp,
  };
  // An INSERT answers with a row that says how many rows it wrote.
  const [written] = await scope.run(absentKeep, values, subject);
  if (Object.values(written!)[0] === "0") return false;
  await scope.run(absentDrop, { object_id }, subject);
  return true;
}

/** In the one form that every server reads; undefined where it is no UUID, and COPY rejected it. */
function uuidOf(text: string): string | undefined {
  const digits = text.replace(/[^0-9a-f]/gi, "");
  return /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(digits)?.slice(1).join("-");
}
