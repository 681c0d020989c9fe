/**
 * COPY with data from the client (vertica-python, vertica/cursor.py, `_handle_copy_local_protocol`
 * and `copy`).
 *
 *     LOCAL STDIN: T F   <- F   G   <- d* j   O? J   <- c   D C
 *     STDIN:       G   <- d* c   C
 */
import { type Answer, type CopyIn, type Row, VerticaError } from "../engine.ts";
import {
  commandComplete,
  copyInResponse,
  plain,
  type ResultForm,
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
  form: ResultForm;
}

/**
 * Runs a COPY to its end. Whatever ends it otherwise, the engine is told.
 *
 * @throws VerticaError where it fails; what the client still sends of it is to be read over
 * @throws ConnectionGone
 */
export async function runCopy(answer: CopyAnswer, context: CopyContext): Promise<void> {
  const copy = new EndedCopy(answer.copy);
  const tracked = { ...answer, copy };
  try {
    await begin(tracked, context);
    for (;;) {
      const message = await context.inbox.next();
      if (message.code === "d") await copy.write(message.body);
      else if (message.code === "j" && answer.isLocal) await endBatch(copy, context);
      else if (message.code === "c") return await finish(tracked, context);
      else await giveUp(message, copy);
    }
  } catch (error) {
    // A fault, a client that has gone, a message that belongs nowhere: the engine knows nothing of it.
    if (!copy.isOver) await copy.fail("The connection was lost").catch(ignoreVerticaError);
    throw error;
  }
}

/** A COPY that knows whether it is over. */
class EndedCopy implements CopyIn {
  isOver = false;
  readonly #copy: CopyIn;

  constructor(copy: CopyIn) {
    this.#copy = copy;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#step(() => this.#copy.write(bytes));
  }

  endBatch(): Promise<readonly bigint[] | undefined> {
    return this.#step(() => this.#copy.endBatch());
  }

  async finish(): Promise<{ tag: string; rows: AsyncIterable<Row> }> {
    const finished = await this.#step(() => this.#copy.finish());
    this.isOver = true;
    return finished;
  }

  fail(reason: string): Promise<never> {
    return this.#step(() => this.#copy.fail(reason));
  }

  async #step<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      this.isOver = true;
      throw error;
    }
  }
}

async function begin(answer: CopyAnswer, context: CopyContext): Promise<void> {
  const { inbox, outbox, protocol, form } = context;
  if (answer.isLocal) {
    rowDescription(outbox.writer, answer.columns, form);
    verifyFiles(outbox.writer);
    await outbox.flush();
    let message = await inbox.next();
    while (message.code !== "F") {
      await giveUp(message, answer.copy);
      message = await inbox.next();
    }
    const files = readVerifiedFiles(message.body, protocol);
    if (files > 0) throw new BrokenFraming("The client verified files that nobody asked for");
  }
  copyInResponse(outbox.writer);
  await outbox.flush();
}

async function endBatch(copy: CopyIn, { outbox }: CopyContext): Promise<void> {
  const rejected = await copy.endBatch() ?? [];
  if (rejected.length > 0) writeRejectedRows(outbox.writer, rejected);
  plain(outbox.writer, "J");
  await outbox.flush();
}

async function finish(answer: CopyAnswer, { outbox, form }: CopyContext): Promise<void> {
  const { tag, rows } = await answer.copy.finish();
  // A plain COPY has no description of rows before it, so it has no rows.
  if (answer.isLocal) await sendRows(outbox, rows, form.binary ? answer.columns : undefined);
  commandComplete(outbox.writer, tag);
}

/** What a message means that gives up the COPY, or has no place in it. */
async function giveUp({ code, body }: Message, copy: CopyIn): Promise<void> {
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
