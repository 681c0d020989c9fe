/** A partition file into its side table, over one session or several side by side. */
import type { PartitionFile } from "../../partitions/partition_file.ts";
import { provenPieces } from "../../partitions/proven_pieces.ts";
import type { LoadLimits } from "../repository.ts";
import { type RowRange, rowRanges } from "./row_ranges.ts";
import { dropRejected, keepRejected, type Refused } from "./refused_rows.ts";
import type { VerticaScope } from "./scope.ts";
import { fillSideTable, type SideSubject } from "./side_table.ts";

/**
 * Copies the file; each session takes a part of it that begins and ends at a row's border. Memory: a
 * piece and a socket's buffer for each.
 *
 * @returns what each session's COPY rejected, which is kept; in order of the file
 * @throws the first failure, once all have ended; nothing of the others is waited for then
 */
export async function copyFile(
  scope: VerticaScope,
  file: PartitionFile,
  subject: SideSubject,
  limits: LoadLimits,
): Promise<Refused[]> {
  const [first, ...others] = await rowRanges(file, limits.streams ?? 1);
  if (others.length === 0) return [await copyRange(scope, file, subject, first!, limits)];
  const stopped = new AbortController();
  const signal = AbortSignal.any([limits.signal, stopped.signal]);
  let failure: { error: unknown } | undefined;
  const run = async (work: Promise<Refused>): Promise<Refused> => {
    try {
      return await work;
    } catch (error) {
      failure ??= { error };
      stopped.abort(error);
      return { count: 0n, first: undefined };
    }
  };
  const refused = await Promise.all([
    run(copyRange(scope, file, subject, first!, { ...limits, signal })),
    ...others.map((range) => run(copyApart(scope, file, subject, range, { ...limits, signal }))),
  ]);
  if (failure !== undefined) throw failure.error;
  return refused;
}

/** In a session of its own. */
async function copyApart(
  scope: VerticaScope,
  file: PartitionFile,
  subject: SideSubject,
  range: RowRange,
  limits: LoadLimits,
): Promise<Refused> {
  const session = await scope.connect();
  try {
    const refused = await copyRange(scope.in(session), file, subject, range, limits);
    await session.close();
    return refused;
  } catch (error) {
    await session.end(error);
    throw error;
  }
}

async function copyRange(
  scope: VerticaScope,
  file: PartitionFile,
  subject: SideSubject,
  range: RowRange,
  { maxRejected, signal }: LoadLimits,
): Promise<Refused> {
  const refused = await scope.session.transaction(async () => {
    const name = `finpipe:${subject.dataset}:${subject.day}`;
    await fillSideTable(scope, subject, () => provenPieces(file, range), { name, signal });
    return await keepRejected(scope, subject, { rowsBefore: range.rowsBefore, maxRejected });
  });
  await dropRejected(scope, subject);
  return refused;
}
