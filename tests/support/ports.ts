/** Ports of this machine. */

/** Ports that nobody uses, all different. */
export function freePorts(count: number): number[] {
  using scope = new DisposableStack();
  return Array.from(
    { length: count },
    () => scope.use(Deno.listen({ hostname: "127.0.0.1", port: 0 })).addr.port,
  );
}

/** A port that nobody uses. */
export function freePort(): number {
  return freePorts(1)[0]!;
}
