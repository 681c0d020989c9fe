/** `/healthz`, `/readyz` and `/metrics` of a resident process, on all interfaces. */
import { FinpipeError } from "./errors.ts";
import type { Logger } from "./log.ts";

/** What to answer: a text says what is wrong, undefined means that all is well. */
export interface Health {
  /** The loop moves; if not, the container should be restarted. */
  healthz(): string | undefined;
  /** Partitions are assigned and the database is reachable. */
  readyz(): string | undefined;
  metrics: { contentType: string; text(): string };
}

/**
 * Serves health and metrics until it is disposed of.
 *
 * @param port 0 for any that is free
 * @throws FinpipeError of kind `configuration` where the port is taken, or not for this user
 */
export function serveHealth(
  port: number,
  health: Health,
  log: Logger,
): AsyncDisposable & { port: number } {
  try {
    const server = Deno.serve({
      port,
      hostname: "0.0.0.0",
      onListen: ({ port }) => log.info(`Serving /healthz, /readyz and /metrics on port ${port}`),
    }, (request) => answer(request, health));
    return {
      port: (server.addr as Deno.NetAddr).port,
      [Symbol.asyncDispose]: () => server.shutdown(),
    };
  } catch (error) {
    const why = error instanceof Deno.errors.AddrInUse
      ? "it is in use"
      : error instanceof Deno.errors.PermissionDenied
      ? "permission denied"
      : undefined;
    if (why === undefined) throw error;
    throw new FinpipeError("configuration", `Cannot serve metrics on port ${port}: ${why}`, {
      hint: "Name another one with --metrics-port",
      cause: error,
    });
  }
}

function answer(request: Request, { healthz, readyz, metrics }: Health): Response {
  switch (new URL(request.url).pathname) {
    case "/healthz":
      return state(healthz());
    case "/readyz":
      return state(readyz());
    case "/metrics":
      return new Response(metrics.text(), {
        headers: { "content-type": metrics.contentType },
      });
    default:
      return new Response("/healthz, /readyz, /metrics\n", { status: 404 });
  }
}

function state(wrong: string | undefined): Response {
  return wrong === undefined ? new Response("ok\n") : new Response(`${wrong}\n`, { status: 503 });
}
