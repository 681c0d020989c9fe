/** A partition file into its side table, over one session or several side by side. */
import type { PartitionFile } from "../../../partitions/partition_file.ts";
import { type FilePart, provenPieces } from "../../../partitions/proven_pieces.ts";
import type { LoadLimits } from "../../repository.ts";
import type { VerticaScope } from "../scope.ts";
import type { SideSubject } from "../variables.ts";
import { dropRejected, keepRejected, type Refused } from "./refused_rows.ts";
import { rowRanges, rowsOf } from "./row_ranges.ts";
import { fillSideTable } from "./side_table.ts";

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
  const ranges = await rowRanges(file, limits.streams ?? 1);
  const [first, ...others] = ranges.map((range, at) => ({ range, before: ranges.slice(0, at) }));
  file.watch?.begin("loading", file.manifest.bytes, file.manifest.rows);
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
    ...others.map((share) => run(copyApart(scope, file, subject, share, { ...limits, signal }))),
  ]);
  if (failure !== undefined) throw failure.error;
  return refused;
}

/** What a session copies, and what stands before it in the file. */
interface Share {
  range: FilePart;
  before: readonly FilePart[];
}

/** In a session of its own. */
async function copyApart(
  scope: VerticaScope,
  file: PartitionFile,
  subject: SideSubject,
  share: Share,
  limits: LoadLimits,
): Promise<Refused> {
  const session = await scope.connect();
  try {
    const refused = await copyRange(scope.in(session), file, subject, share, limits);
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
  { range, before }: Share,
  { maxRejected, signal }: LoadLimits,
): Promise<Refused> {
  const refused = await scope.session.transaction(async () => {
    const name = `finpipe:${subject.dataset}:${subject.day}`;
    await fillSideTable(scope, subject, () => provenPieces(file, range), { name, signal });
    return await keepRejected(scope, subject, {
      rowsBefore: () => rowsOf(file, before),
      maxRejected,
    });
  });
  await dropRejected(scope, subject);
  return refused;
}
