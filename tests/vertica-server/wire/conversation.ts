/** A client that is logged in: its messages, one after the other, and their answers. */
import { type Engine, type EngineSession, VerticaError } from "../engine.ts";
import { errorResponse, readyForQuery } from "./backend.ts";
import type { CopyContext } from "./copy_flow.ts";
import { EXTENDED, ExtendedQuery } from "./extended_query.ts";
import { BrokenFraming } from "./frames.ts";
import { readText } from "./frontend.ts";
import type { Message } from "./inbox.ts";
import { ConnectionGone } from "./socket_stream.ts";
import { simpleQuery } from "./simple_query.ts";

/**
 * What is left of a COPY that has failed: clients see its error late, and go on for a while. None of
 * it is answered: an EndOfBatchResponse without a query kills vertica-nodejs.
 */
const LEFT_OF_COPY = ["d", "j", "c", "f", "e", "F"];

/**
 * Answers until the client says goodbye.
 *
 * @throws ConnectionGone where it goes without @throws BrokenFraming
 */
export async function converse(
  session: EngineSession,
  engine: Engine,
  context: CopyContext,
): Promise<void> {
  const { inbox, outbox } = context;
  const extended = new ExtendedQuery(session, engine, context);
  /** After an error in the extended protocol. */
  let untilSync = false;
  const ready = async () => {
    readyForQuery(outbox.writer, session.status);
    await outbox.flush();
  };
  const act = async ({ code, body }: Message): Promise<boolean> => {
    if (code === "X") return false;
    if (code === "S") {
      untilSync = false;
      await ready();
    } else if (code === "H") {
      await outbox.flush();
    } else if (untilSync || LEFT_OF_COPY.includes(code)) {
      return true;
    } else if (code === "Q") {
      await simpleQuery(readText(body), session, engine, context);
      await ready();
    } else if (EXTENDED.includes(code)) {
      await extended.act({ code, body });
    } else {
      throw new BrokenFraming(`A message ${code} is not known`);
    }
    return true;
  };
  for (;;) {
    let code = "";
    try {
      // The message's own fault is its error too.
      const message = await inbox.next((next) => code = next);
      if (!await act(message)) return;
    } catch (cause) {
      const error = asVerticaError(cause);
      errorResponse(outbox.writer, error);
      if (error.more.severity === "FATAL") {
        await outbox.flush();
        return;
      }
      untilSync = EXTENDED.includes(code);
      if (untilSync) await outbox.flush();
      else await ready();
    }
  }
}

/** An error of the engine's own is told to the client too, so that a test sees what is wrong with it. */
function asVerticaError(cause: unknown): VerticaError {
  if (cause instanceof VerticaError) return cause;
  if (cause instanceof ConnectionGone || cause instanceof BrokenFraming) throw cause;
  return new VerticaError("VX001", 0, `Internal error of the test server: ${String(cause)}`);
}
