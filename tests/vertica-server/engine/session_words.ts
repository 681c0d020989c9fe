/** Short words for tests of a session. */
import { type CopyIn, type EngineSession, type Row, VerticaError } from "../engine.ts";

/** Runs statements, and gives the rows of the last. */
export async function rowsOf(session: EngineSession, ...statements: string[]): Promise<Row[]> {
  let rows: Row[] = [];
  for (const statement of statements) {
    const answer = await session.execute(statement);
    if (answer.kind === "copy") throw new Error("A COPY wants data: use copyIn()");
    rows = answer.kind === "rows" ? await Array.fromAsync(answer.rows) : [];
  }
  return rows;
}

/** The only value of the only row. */
export async function valueOf(session: EngineSession, statement: string): Promise<string | null> {
  const [row] = await rowsOf(session, statement);
  return row![0]!;
}

/** Runs a COPY with this data; how many rows were taken, and the numbers of RETURNREJECTED. */
export async function copyIn(
  session: EngineSession,
  statement: string,
  ...data: (string | Uint8Array)[]
): Promise<{ count: string | null; rejected: readonly bigint[] | undefined }> {
  const copy = await startCopy(session, statement);
  for (const piece of data) {
    await copy.write(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
  }
  const rejected = await copy.endBatch();
  const { rows } = await copy.finish();
  return { count: (await Array.fromAsync(rows))[0]![0]!, rejected };
}

export async function startCopy(session: EngineSession, statement: string): Promise<CopyIn> {
  const answer = await session.execute(statement);
  if (answer.kind !== "copy") throw new Error("No COPY");
  return answer.copy;
}

/** The SQLSTATE that the work fails with, and the message. */
export async function failureOf(work: Promise<unknown>): Promise<{ state: string; text: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof VerticaError) return { state: error.sqlState, text: error.message };
    throw error;
  }
  throw new Error("It did not fail");
}
