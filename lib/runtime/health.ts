/** `/healthz`, `/readyz` and `/metrics` of a resident process, on all interfaces. */
import { type Answer, type HttpServer, startHttpServer } from "./http_server.ts";
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
export async function serveHealth(port: number, health: Health, log: Logger): Promise<HttpServer> {
  const server = await startHttpServer({
    hostname: "0.0.0.0",
    port,
    option: "--metrics-port",
    what: "metrics",
    answer: ({ target }) => answer(target, health),
    onError: (error) => log.error(`A request for health or metrics failed: ${error}`),
  });
  log.info(`Serving /healthz, /readyz and /metrics on port ${server.port}`);
  return server;
}

function answer(target: string, { healthz, readyz, metrics }: Health): Answer {
  switch (target.split("?", 1)[0]) {
    case "/healthz":
      return state(healthz());
    case "/readyz":
      return state(readyz());
    case "/metrics":
      return {
        status: 200,
        headers: { "content-type": metrics.contentType },
        body: metrics.text(),
      };
    default:
      return { status: 404, body: "/healthz, /readyz, /metrics\n" };
  }
}

function state(wrong: string | undefined): Answer {
  return wrong === undefined ? { status: 200, body: "ok\n" } : { status: 503, body: `${wrong}\n` };
}
