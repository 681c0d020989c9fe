/** What the server has to say to one client: collected, sent in pieces, held back by a slow reader. */
import { ByteWriter } from "./byte_writer.ts";
import type { SocketStream } from "./socket_stream.ts";

/** Bytes from which on messages are sent without a flush. */
const ENOUGH = 32 * 1024;

export class Outbox {
  /** Messages are appended here. */
  readonly writer = new ByteWriter();
  readonly #stream: SocketStream;
  #isMuted = false;

  constructor(stream: SocketStream) {
    this.#stream = stream;
  }

  /** From now on nothing is sent any more. */
  mute(): void {
    this.#isMuted = true;
  }

  /** Sends if there is enough. To be called between rows. */
  async relieve(): Promise<void> {
    if (this.writer.length >= ENOUGH) await this.flush();
  }

  /**
   * Sends all; resolves when the client has room for more.
   *
   * @throws ConnectionGone
   */
  async flush(): Promise<void> {
    if (this.#isMuted) this.writer.clear();
    if (this.writer.length > 0) await this.#stream.write(this.writer.take());
  }
}
