/**
 * A TCP proxy before a PostgreSQL server, which breaks connections at a message of the client's, or
 * stands still.
 */
import { type Passage, type Sender, WatchedProxy } from "./watched_proxy.ts";

/**
 * What becomes of bytes of the client: `pass` them on; `cut` the connection instead; `cut after`
 * passing them on, at once; `cut answer`: pass them on, wait for the answer and cut instead of
 * passing that on; `lose` this connection without a word: nothing passes any more, and neither side
 * is told.
 */
export type Verdict = "pass" | "cut" | "cut after" | "cut answer" | "lose";

export class TcpProxy implements AsyncDisposable {
  readonly #proxy: WatchedProxy;
  readonly #target: string;
  readonly #judge: (bytes: Uint8Array) => Verdict;
  /** Connections that are lost, and those whose next answer is not passed on. */
  readonly #lost = new Set<Passage>();
  readonly #silenced = new Set<Passage>();
  /** Resolves when the proxy does not stand still any more. */
  #thawed = Promise.withResolvers<void>();
  readonly #disposed = Promise.withResolvers<void>();

  /**
   * @param target URL of the server
   * @param judge called for what the client sends, at once for what it wrote at once
   */
  constructor(target: string, judge: (bytes: Uint8Array) => Verdict) {
    this.#target = target;
    this.#judge = judge;
    this.#thawed.resolve();
    this.#proxy = new WatchedProxy((...seen) => this.#watch(...seen));
    const { hostname, port } = new URL(target);
    this.#proxy.targetHost = hostname;
    this.#proxy.target = Number(port);
  }

  /** Takes connections and bytes, and passes nothing on before {@link thaw}. */
  freeze(): void {
    this.#thawed = Promise.withResolvers();
  }

  /** Loses all connections that are there, without a word; new ones pass. */
  lose(): void {
    for (const passage of this.#proxy.passages) this.#lost.add(passage);
  }

  /** Passes on what was held, and goes on. */
  thaw(): void {
    this.#thawed.resolve();
  }

  /** The server's URL, by way of the proxy. */
  get url(): string {
    const url = this.#proxy.through(this.#target);
    // The judge sees clear text.
    url.searchParams.set("sslmode", "disable");
    return url.href;
  }

  [Symbol.asyncDispose](): Promise<void> {
    // What is held goes to connections that are closed by then.
    this.#disposed.resolve();
    this.thaw();
    return this.#proxy[Symbol.asyncDispose]();
  }

  async #watch(bytes: Uint8Array, from: Sender, passage: Passage): Promise<void | "cut after"> {
    if (from === "server" && this.#silenced.delete(passage)) return passage.cut();
    const verdict = from === "client" ? this.#judge(bytes) : "pass";
    if (verdict === "lose") this.#lost.add(passage);
    if (this.#lost.has(passage)) await this.#disposed.promise;
    await this.#thawed.promise;
    if (verdict === "cut") return passage.cut();
    if (verdict === "cut answer") this.#silenced.add(passage);
    if (verdict === "cut after") return verdict;
  }
}

/** True where a client's bytes are that one statement, sent by the simple protocol. */
export function isStatement(bytes: Uint8Array, sql: string): boolean {
  const body = new TextEncoder().encode(`${sql}\0`);
  return bytes.length === 5 + body.length && bytes[0] === "Q".charCodeAt(0) &&
    body.every((byte, i) => bytes[5 + i] === byte);
}
