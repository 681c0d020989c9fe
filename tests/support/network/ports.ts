/** Ports of this machine. */

/**
 * Where ports are looked for: below those that systems give to outgoing connections (Linux from 32768
 * on, others from 49152 on). One of those may be some client's by the time that its server starts, or
 * starts again, and stay so for long.
 */
const FIRST = 20_000;
const LAST = 32_000;

/** Ports that nobody uses, all different. */
export function freePorts(count: number): number[] {
  using scope = new DisposableStack();
  return Array.from({ length: count }, () => scope.use(listenSomewhere()).addr.port);
}

/** A port that nobody uses. */
export function freePort(): number {
  return freePorts(1)[0]!;
}

/** By chance, so that processes that look at the same time do not find the same ones. */
function listenSomewhere(): Deno.TcpListener {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    try {
      return Deno.listen({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
