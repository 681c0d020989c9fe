/** A socket to read from and write to by promises, with back pressure in both directions. */
import type { Socket } from "node:net";

/** Bytes read ahead: the end of a client is seen behind them, also while nobody asks for more. */
const READ_AHEAD = 256 * 1024;

/** The other side has gone, or we have cut it off. */
export class ConnectionGone extends Error {
  override name = "ConnectionGone";
}

export class SocketStream {
  readonly #socket: Socket;
  readonly #chunks: Uint8Array[] = [];
  readonly #gone = new AbortController();
  #size = 0;
  #ended = false;
  #wake = Promise.withResolvers<void>();
  readonly #handlers: Readonly<Record<string, (data: Uint8Array) => void>>;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#handlers = {
      data: (data) => this.#take(data),
      end: () => this.#end(),
      close: () => this.#end(),
      // What becomes of it is told by `close`.
      error: () => {},
    };
    for (const [event, handler] of Object.entries(this.#handlers)) socket.on(event, handler);
  }

  /** Aborted once the other side has gone; it may still be read from what came before. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** What came next; null at the end. */
  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#size -= chunk.length;
        if (this.#size < READ_AHEAD) this.#socket.resume();
        return chunk;
      }
      if (this.#ended) return null;
      await this.#wake.promise;
    }
  }

  /**
   * Resolves when more may be written.
   *
   * @throws ConnectionGone
   */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#socket.destroyed) throw new ConnectionGone("The connection is closed");
    if (this.#socket.write(bytes)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const event of ["drain", "close"]) this.#socket.once(event, resolve);
    await promise;
    for (const event of ["drain", "close"]) this.#socket.off(event, resolve);
  }

  /** Hands the socket to somebody else; nothing may have been read ahead. */
  release(): Socket {
    for (const [event, handler] of Object.entries(this.#handlers)) this.#socket.off(event, handler);
    if (this.#size > 0) throw new ConnectionGone("The client went on before it was answered");
    return this.#socket;
  }

  /** Closes after all that was written has been sent. */
  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once("close", resolve);
    this.#socket.resume();
    this.#socket.end(() => this.#socket.destroy());
    await promise;
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy();
    this.#end();
  }

  #take(data: Uint8Array): void {
    this.#chunks.push(data);
    this.#size += data.length;
    if (this.#size >= READ_AHEAD) this.#socket.pause();
    this.#stir();
  }

  #end(): void {
    this.#ended = true;
    this.#gone.abort();
    this.#stir();
  }

  #stir(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }
}
