/**
 * A small HTTP server of answers that are at hand. It is node's, because that one limits the time of
 * clients that send slowly or nothing; Deno.serve waits for them for ever.
 */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { codeOf, FinpipeError } from "./errors.ts";

/** What a client asks for; bodies are not read. */
export interface Asked {
  method: string;
  /** Path and query, as they were sent. */
  target: string;
  headers: IncomingHttpHeaders;
}

export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body: string | Uint8Array;
}

export interface ServerOptions {
  hostname: string;
  /** 0: any that is free. */
  port: number;
  /** Names the option that says the port, in a message. */
  option: string;
  /** What is served, in a message. */
  what: string;
  answer(asked: Asked): Promise<Answer> | Answer;
  /** Told of a bug in `answer`; the client is told 500 and nothing else. */
  onError?(error: unknown): void;
  /** @default those that any network between people keeps */
  limits?: Partial<Limits>;
}

/** What a client may take; times are in milliseconds. */
export interface Limits {
  /** For the head of a request. */
  head: number;
  /** For all of a request. */
  request: number;
  /** Without a byte either way. */
  silence: number;
  /** For taking an answer. */
  answer: number;
  headBytes: number;
  connections: number;
}

const LIMITS: Limits = {
  head: 10_000,
  request: 15_000,
  silence: 20_000,
  answer: 120_000,
  headBytes: 16_384,
  connections: 1000,
};

/** A name or an address, and a port (RFC 9112, 3.2: anything else is 400); what is absent node judges. */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\da-f:.]+\])(?::\d*)?$/i;

export interface HttpServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Serves until it is disposed of, which ends all connections.
 *
 * @throws FinpipeError of kind `configuration` where the port is taken, or not for this user
 */
export async function startHttpServer(options: ServerOptions): Promise<HttpServer> {
  const limits = { ...LIMITS, ...options.limits };
  const settings = {
    headersTimeout: limits.head,
    requestTimeout: limits.request,
    connectionsCheckingInterval: Math.min(1000, limits.head),
    keepAliveTimeout: 5000,
    maxHeaderSize: limits.headBytes,
  };
  const server = createServer(settings, async (request, response) => {
    const cut = setTimeout(() => response.destroy(), limits.answer);
    response.once("close", () => clearTimeout(cut));
    let answer: Answer;
    try {
      const { method = "GET", url: target = "/", headers } = request;
      answer = HOST.test(headers.host ?? "")
        ? await options.answer({ method, target, headers })
        : { status: 400, body: "The Host header names no host\n" };
    } catch (error) {
      options.onError?.(error);
      answer = { status: 500, body: "An error of finpipe's own: its log says more\n" };
    }
    const body = typeof answer.body === "string"
      ? new TextEncoder().encode(answer.body)
      : answer.body;
    const length = answer.status === 304 ? {} : { "content-length": `${body.length}` };
    const type = { "content-type": "text/plain; charset=utf-8" };
    response.writeHead(answer.status, { ...type, ...length, ...answer.headers });
    response.end(request.method === "HEAD" || answer.status === 304 ? undefined : body);
  });
  server.setTimeout(limits.silence);
  server.maxConnections = limits.connections;
  const { hostname, port } = options;
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject);
  server.listen(port, hostname, () => listening.resolve());
  try {
    await listening.promise;
  } catch (error) {
    throw listenFailure(error, options);
  }
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

function listenFailure(error: unknown, { what, option, hostname, port }: ServerOptions): unknown {
  const why = REASONS[codeOf(error) ?? ""];
  if (why === undefined) return error;
  return new FinpipeError("configuration", `Cannot serve ${what} on ${hostname}:${port}: ${why}`, {
    hint: `Name another one with ${option}`,
    cause: error,
  });
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is in use",
  EACCES: "permission denied",
  EADDRNOTAVAIL: "this machine has no such address",
  EINVAL: "nobody can listen on this address",
  ENOTFOUND: "no such host is known",
  EAI_AGAIN: "the name cannot be looked up now",
};
