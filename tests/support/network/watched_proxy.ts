/**
 * A TCP proxy that shows what passes to whoever watches it, and holds it for as long as that one
 * wants: between two statements a server is killed, a process, or the connection.
 */
import { writeWhole } from "../../../lib/runtime/files.ts";

/** Who sent what passes. */
export type Sender = "client" | "server";

/** A connection through the proxy. */
export interface Passage {
  /** Closes both sides; what is held then is dropped. */
  cut(): void;
}

/**
 * Sees what is sent, a piece at a time; it is passed on when this resolves, and the connection cut
 * after it where it resolves so. Never rejects.
 */
export type Watcher = (
  bytes: Uint8Array,
  from: Sender,
  passage: Passage,
) => Promise<void | "cut after">;

/** Cuts what a client has sent so far into the pieces that are held and passed on; keeps what is left. */
export type Cutter = (bytes: Uint8Array) => Uint8Array[];

/** A piece is what one read gives. */
const AS_READ = (): Cutter => (bytes) => [bytes];

export class WatchedProxy implements AsyncDisposable {
  /** Port of the server; clients are turned away before it is set. */
  target = 0;
  targetHost = "127.0.0.1";
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.TcpConn>();
  readonly #passages = new Set<Passage>();
  readonly #watch: Watcher;
  readonly #cutterOf: () => Cutter;
  readonly #accepting: Promise<void>;

  /** @param cutterOf makes what cuts the bytes of a client, one for each. @default one read is a piece */
  constructor(watch: Watcher, cutterOf: () => Cutter = AS_READ) {
    this.#watch = watch;
    this.#cutterOf = cutterOf;
    this.#accepting = this.#accept();
  }

  /** Where clients connect to. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** The connections that are there. */
  get passages(): Iterable<Passage> {
    return this.#passages;
  }

  /** A URL of the server, by way of the proxy. */
  through(url: string): URL {
    const through = new URL(url);
    through.hostname = "127.0.0.1";
    through.port = String(this.port);
    return through;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) this.#close(connection);
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    const served = new Set<Promise<void>>();
    for await (const client of this.#listener) {
      this.#open.add(client);
      const serving = this.#serve(client).finally(() => served.delete(serving));
      served.add(serving);
    }
    await Promise.all(served);
  }

  async #serve(client: Deno.TcpConn): Promise<void> {
    let server: Deno.TcpConn | undefined;
    const cut = () => [client, server].forEach((side) => side && this.#close(side));
    // One for both directions, by which they are known to belong together.
    const passage = { cut };
    this.#passages.add(passage);
    try {
      server = await Deno.connect({ hostname: this.targetHost, port: this.target });
      this.#open.add(server);
      client.setNoDelay();
      server.setNoDelay();
      await Promise.all([
        this.#forward(client, server, "client", passage).finally(cut),
        this.#forward(server, client, "server", passage).finally(cut),
      ]);
    } catch {
      // A server that is down, or a side that has gone: the other one sees its connection end.
      cut();
    } finally {
      this.#passages.delete(passage);
    }
  }

  async #forward(from: Deno.Conn, to: Deno.Conn, sender: Sender, passage: Passage): Promise<void> {
    const cut = (sender === "client" ? this.#cutterOf : AS_READ)();
    const buffer = new Uint8Array(64 * 1024);
    for (;;) {
      const count = await from.read(buffer);
      if (count === null) return;
      for (const bytes of cut(buffer.subarray(0, count))) {
        const after = await this.#watch(bytes, sender, passage);
        await writeWhole(to, bytes);
        if (after === "cut after") return passage.cut();
      }
    }
  }

  #close(connection: Deno.TcpConn): void {
    if (this.#open.delete(connection)) connection.close();
  }
}
