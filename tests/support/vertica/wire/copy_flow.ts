/**
 * COPY with data from the client (vertica-python, vertica/cursor.py, `_handle_copy_local_protocol`
 * and `copy`).
 *
 *     LOCAL STDIN: T F   <- F   G   <- d* j   O? J   <- c   D C
 *     STDIN:       G   <- d* c   C
 */
import { type Answer, VerticaError } from "../engine.ts";
import {
  commandComplete,
  copyInResponse,
  plain,
  rowDescription,
  verifyFiles,
  writeRejectedRows,
} from "./backend.ts";
import { BrokenFraming } from "./frames.ts";
import { readCopyError, readText, readVerifiedFiles } from "./frontend.ts";
import type { Inbox, Message } from "./inbox.ts";
import type { Outbox } from "./outbox.ts";
import { sendRows } from "./results.ts";

type CopyAnswer = Extract<Answer, { kind: "copy" }>;

export interface CopyContext {
  inbox: Inbox;
  outbox: Outbox;
  /** The protocol that was agreed on. */
  protocol: number;
  /** Whether the client wants values in binary form. */
  binary: boolean;
}

/**
 * Runs a COPY to its end. Whatever ends it otherwise, the engine is told.
 *
 * @throws VerticaError where it fails; what the client still sends of it is to be read over
 * @throws ConnectionGone
 */
export async function runCopy(answer: CopyAnswer, context: CopyContext): Promise<void> {
  const { copy } = answer;
  let isOver = false;
  const overOnError = async <T>(step: Promise<T>): Promise<T> => {
    try {
      return await step;
    } catch (error) {
      isOver = true;
      throw error;
    }
  };
  try {
    await begin(answer, context);
    for (;;) {
      const message = await context.inbox.next();
      switch (message.code) {
        case "d":
          await overOnError(copy.write(message.body));
          break;
        case "j":
          await endBatch(await overOnError(copy.endBatch()), context);
          break;
        case "c":
          await overOnError(finish(answer, context));
          return;
        default:
          await overOnError(giveUp(message, answer));
      }
    }
  } catch (error) {
    // A fault, a client that has gone, a message that belongs nowhere: the engine knows nothing of it.
    if (!isOver) await copy.fail("The connection was lost").catch(ignoreVerticaError);
    throw error;
  }
}

async function begin(answer: CopyAnswer, context: CopyContext): Promise<void> {
  const { inbox, outbox, protocol, binary } = context;
  if (answer.isLocal) {
    rowDescription(outbox.writer, answer.columns, binary);
    verifyFiles(outbox.writer);
    await outbox.flush();
    const message = await inbox.next();
    if (message.code !== "F") return await giveUp(message, answer);
    const files = readVerifiedFiles(message.body, protocol);
    if (files > 0) throw new BrokenFraming("The client verified files that nobody asked for");
  }
  copyInResponse(outbox.writer);
  await outbox.flush();
}

async function endBatch(
  rejected: readonly bigint[] | undefined,
  { outbox }: CopyContext,
): Promise<void> {
  if (rejected !== undefined && rejected.length > 0) writeRejectedRows(outbox.writer, rejected);
  plain(outbox.writer, "J");
  await outbox.flush();
}

async function finish(answer: CopyAnswer, { outbox, binary }: CopyContext): Promise<void> {
  const { tag, rows } = await answer.copy.finish();
  // A plain COPY has no description of rows before it, so it has no rows.
  if (answer.isLocal) await sendRows(outbox, rows, binary ? answer.columns : undefined);
  commandComplete(outbox.writer, tag);
}

/** What a message means that gives up the COPY, or has no place in it. */
async function giveUp({ code, body }: Message, { copy }: CopyAnswer): Promise<void> {
  switch (code) {
    case "f":
      return await copy.fail(readText(body));
    case "e":
      return await copy.fail(readCopyError(body));
    // Flush and Sync mean nothing in a COPY.
    case "H":
    case "S":
      return;
    default:
      throw new BrokenFraming(`A message ${code} has no place in COPY`);
  }
}

function ignoreVerticaError(error: unknown): void {
  if (!(error instanceof VerticaError)) throw error;
}
