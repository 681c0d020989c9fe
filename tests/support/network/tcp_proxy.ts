/**
 * A TCP proxy before a PostgreSQL server, which breaks connections at a message of the client's, or
 * stands still.
 */

/**
 * What becomes of bytes of the client: `pass` them on; `cut` the connection instead; `cut after`
 * passing them on, at once; `cut answer`: pass them on, wait for the answer and cut instead of
 * passing that on; `lose` this connection without a word: nothing passes any more, and neither side
 * is told.
 */
export type Verdict = "pass" | "cut" | "cut after" | "cut answer" | "lose";

export class TcpProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: URL;
  readonly #judge: (bytes: Uint8Array) => Verdict;
  readonly #open = new Set<Deno.Conn>();
  readonly #accepting: Promise<void>;
  /** Connections that are lost. */
  readonly #lost = new Set<Deno.Conn>();
  /** Resolves when the proxy does not stand still any more. */
  #thawed = Promise.withResolvers<void>();
  readonly #disposed = Promise.withResolvers<void>();

  /**
   * @param target URL of the server
   * @param judge called for what the client sends, at once for what it wrote at once
   */
  constructor(target: string, judge: (bytes: Uint8Array) => Verdict) {
    this.#target = new URL(target);
    this.#judge = judge;
    this.#thawed.resolve();
    this.#accepting = this.#accept();
  }

  /** Takes connections and bytes, and passes nothing on before {@link thaw}. */
  freeze(): void {
    this.#thawed = Promise.withResolvers();
  }

  /** Loses all connections that are there, without a word; new ones pass. */
  lose(): void {
    for (const connection of this.#open) this.#lost.add(connection);
  }

  /** Passes on what was held, and goes on. */
  thaw(): void {
    this.#thawed.resolve();
  }

  /** The server's URL, by way of the proxy. */
  get url(): string {
    const url = new URL(this.#target);
    url.port = String(this.#listener.addr.port);
    // The judge sees clear text.
    url.searchParams.set("sslmode", "disable");
    return url.href;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#disposed.resolve();
    this.thaw();
    for (const connection of this.#open) this.#close(connection);
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    const served: Promise<void>[] = [];
    for await (const client of this.#listener) served.push(this.#serve(client));
    await Promise.all(served);
  }

  async #serve(client: Deno.Conn): Promise<void> {
    this.#open.add(client);
    try {
      await this.#thawed.promise;
      const server = await Deno.connect({
        hostname: this.#target.hostname,
        port: Number(this.#target.port),
      });
      this.#open.add(server);
      const cut = () => [client, server].forEach((connection) => this.#close(connection));
      await Promise.all([
        this.#forwardClient(client, server, cut).finally(cut),
        this.#forwardServer(server, client).finally(cut),
      ]);
    } catch {
      // A server that is down, or a side that has gone: the other side sees its connection end.
      this.#close(client);
    }
  }

  readonly #silenced = new Set<Deno.Conn>();

  async #forwardClient(client: Deno.Conn, server: Deno.Conn, cut: () => void): Promise<void> {
    for await (const bytes of pieces(client)) {
      const verdict = this.#judge(bytes);
      if (verdict === "lose") this.#lost.add(server);
      if (this.#lost.has(server)) await this.#disposed.promise;
      await this.#thawed.promise;
      if (verdict === "cut") return;
      if (verdict === "cut answer") this.#silenced.add(server);
      await writeAll(server, bytes);
      if (verdict === "cut after") return cut();
    }
  }

  async #forwardServer(server: Deno.Conn, client: Deno.Conn): Promise<void> {
    for await (const bytes of pieces(server)) {
      if (this.#silenced.delete(server)) return;
      if (this.#lost.has(server)) await this.#disposed.promise;
      await this.#thawed.promise;
      await writeAll(client, bytes);
    }
  }

  #close(connection: Deno.Conn): void {
    if (this.#open.delete(connection)) connection.close();
  }
}

/** True where a client's bytes are that one statement, sent by the simple protocol. */
export function isStatement(bytes: Uint8Array, sql: string): boolean {
  const body = new TextEncoder().encode(`${sql}\0`);
  return bytes.length === 5 + body.length && bytes[0] === "Q".charCodeAt(0) &&
    body.every((byte, i) => bytes[5 + i] === byte);
}

/** What a connection gives, until it ends or is closed. */
async function* pieces(connection: Deno.Conn): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return;
    yield buffer.slice(0, count);
  }
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
