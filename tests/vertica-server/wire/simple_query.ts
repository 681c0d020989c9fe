/** The simple protocol: a text of statements, each with its answer, up to the first that fails. */
import type { Engine, EngineSession } from "../engine.ts";
import { commandComplete, plain, rowDescription } from "./backend.ts";
import { type CopyContext, runCopy } from "./copy_flow.ts";
import { sendRows } from "./results.ts";

/** @throws VerticaError of the statement that failed; those behind it are not run */
export async function simpleQuery(
  query: string,
  session: EngineSession,
  engine: Engine,
  context: CopyContext,
): Promise<void> {
  const { outbox, form } = context;
  const statements = engine.split(query);
  if (statements.length === 0) plain(outbox.writer, "I");
  for (const statement of statements) {
    const answer = await session.execute(statement);
    if (answer.kind === "copy") {
      await runCopy(answer, context);
      continue;
    }
    if (answer.kind === "rows") {
      rowDescription(outbox.writer, answer.columns, form);
      await sendRows(outbox, answer.rows, form.binary ? answer.columns : undefined);
    }
    commandComplete(outbox.writer, answer.tag);
  }
}
