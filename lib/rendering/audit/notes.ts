/** What is said beside an audit: days and dates that it could not look at. */
import { type Audit, withoutFingerprint } from "../../audit/audit.ts";
import { counted } from "../../runtime/words.ts";
import { daysText } from "../../partitions/days_text.ts";

/** A sentence for each, to warn of. */
export function auditNotes(audit: Audit, { isDeep }: { isDeep: boolean }): string[] {
  const notes: string[] = [];
  if (audit.moving.length > 0) {
    notes.push(
      `Left out ${daysText(audit.moving)}, which changed each time that finpipe counted: run the ` +
        "audit again once the load or build has ended",
    );
  }
  const unchecked = isDeep ? withoutFingerprint(audit) : [];
  if (unchecked.length > 0) {
    notes.push(
      `Cannot check the values in the warehouse of ${daysText(unchecked)}: an older finpipe ` +
        "loaded these days, and took no fingerprint",
    );
  }
  return notes;
}

/** The sentence on dates of another system; undefined where all of them were compared. */
export function notComparedNote({ notCompared }: Audit, path: string): string | undefined {
  if (notCompared === 0) return undefined;
  return `Left out ${counted(notCompared, "date")} of "${path}", not audited or not over`;
}
