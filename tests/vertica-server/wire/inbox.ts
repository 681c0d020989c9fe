/** The messages of one client, one after the other, and the faults that lie in wait for them. */
import { errorOf, type Fault, type SeenMessage } from "../faults.ts";
import { FrameReader } from "./frames.ts";
import { readParse, readText } from "./frontend.ts";
import type { Outbox } from "./outbox.ts";
import { ConnectionGone, type SocketStream } from "./socket_stream.ts";

/** A message, or a piece of CopyData. */
export interface Message {
  code: string;
  body: Uint8Array;
}

/** What faults there are for a session's messages. */
export interface MessageFaults {
  judge: (message: SeenMessage) => Fault | undefined;
  /** Bytes a second that are read of CopyData. */
  copyRate: () => number | undefined;
}

/** The client says no more that can be understood, as it has gone or was cut off. */
export class Inbox {
  readonly #stream: SocketStream;
  readonly #outbox: Outbox;
  readonly #frames = new FrameReader();
  #faults: MessageFaults | undefined;
  #cutNext = false;

  constructor(stream: SocketStream, outbox: Outbox) {
    this.#stream = stream;
    this.#outbox = outbox;
  }

  /** From now on messages are counted, and may meet a fault. */
  watch(faults: MessageFaults): void {
    this.#faults = faults;
  }

  /** True where more has been read than was asked for. */
  get hasMore(): boolean {
    return this.#frames.size > 0;
  }

  /** A packet without a code; null where the client has gone before it. */
  async opening(): Promise<Uint8Array | null> {
    return (await this.#frame(false))?.body ?? null;
  }

  /**
   * The next message. What was appended to the outbox is not sent by this.
   *
   * @param onCode is told the message's code before a fault of it is thrown
   * @throws ConnectionGone where there is none any more
   * @throws VerticaError of a fault, instead of the message
   * @throws BrokenFraming
   */
  async next(onCode: (code: string) => void = () => {}): Promise<Message> {
    // The message before has been acted on.
    if (this.#cutNext) this.#cut();
    const frame = await this.#frame(true);
    if (frame === null) throw new ConnectionGone("The client has closed its connection");
    onCode(frame.code);
    const fault = frame.first ? this.#faults?.judge(seen(frame)) : undefined;
    if (fault !== undefined) await this.#meet(fault);
    if (frame.code === "d") await this.#dawdle(frame.body.length);
    return frame;
  }

  /** Says nothing more, for as long as the client waits. */
  async silence(): Promise<never> {
    await this.#outbox.flush();
    await aborted(this.#stream.gone);
    this.#cut();
  }

  async #frame(coded: boolean) {
    for (;;) {
      const frame = this.#frames.next(coded);
      if (frame !== undefined) return frame;
      const chunk = await this.#stream.read();
      if (chunk === null) return null;
      this.#frames.push(chunk);
    }
  }

  async #meet(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case "cut before":
        return this.#cut();
      case "cut after":
        this.#outbox.mute();
        this.#cutNext = true;
        return;
      case "error":
        throw errorOf(fault);
      case "stall":
        await aborted(this.#stream.gone);
        this.#cut();
    }
  }

  #cut(): never {
    this.#stream.destroy();
    throw new ConnectionGone("A fault has cut the connection");
  }

  /** Takes the time that these bytes of CopyData are to take. */
  async #dawdle(bytes: number): Promise<void> {
    const rate = this.#faults?.copyRate();
    if (rate === undefined || bytes === 0 || this.#stream.gone.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, bytes / rate * 1000);
    this.#stream.gone.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
  }
}

function seen({ code, body }: Message): SeenMessage {
  if (code === "Q") return { code, statement: readText(body) };
  return { code, statement: code === "P" ? readParse(body).sql : "" };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
