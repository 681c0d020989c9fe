/**
 * A stand-in for Metabase that holds those who call it to the documented API: it refuses paths, methods, queries
 * and bodies that are not in the documents of version 0.56, requests without a session, and references to
 * what is not there. It draws nothing and asks no warehouse. No Metabase runs in these tests: it is published as a
 * container image and a download of its own, and the engine vertica needs a driver that it may not bring.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { Requests } from "./requests.ts";
import type { Details } from "./bodies.ts";
import { Refused, State, type Table } from "./state.ts";

/** What a request meets: an error before anything is done, or a connection that breaks off once it was done. */
export type Fault = "refuses" | "breaks off";

/** How a stand-in is made; the defaults are a new Metabase with the driver, and the mart in its Vertica. */
export interface Made {
  engines?: readonly string[];
  /** What Vertica takes. */
  vertica: Omit<Details, "additional-options">;
  tables: readonly Table[];
  /** How many questions for the tables come before they are seen. */
  unseen?: number;
  /** How many questions for its health come before it is up. */
  starting?: number;
}

/** What was asked, in order, without health. */
export interface Asked {
  method: string;
  path: string;
  status: number;
}

export class MetabaseStandIn implements AsyncDisposable {
  readonly state = new State();
  url = "";
  readonly asked: Asked[] = [];
  /** The request, counted from 0, that meets a fault. */
  fault: { at: number; how: Fault } | undefined;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #requests: Requests;
  #starting: number;

  private constructor(made: Made) {
    this.#starting = made.starting ?? 0;
    this.#requests = new Requests(this.state, made);
  }

  /** Starts one, on a port of its own on loopback. */
  static async start(made: Made): Promise<MetabaseStandIn> {
    const metabase = new MetabaseStandIn(made);
    metabase.#server.listen(0, "127.0.0.1");
    await once(metabase.#server, "listening");
    metabase.url = `http://127.0.0.1:${(metabase.#server.address() as AddressInfo).port}`;
    return metabase;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const method = request.method!;
    const path = request.url!;
    if (path === "/api/health") {
      const up = this.#starting-- <= 0;
      return send(response, up ? 200 : 503, { status: up ? "ok" : "initializing" });
    }
    const fault = this.fault?.at === this.asked.length ? this.fault.how : undefined;
    const entry: Asked = { method, path, status: 200 };
    this.asked.push(entry);
    let answer: unknown;
    try {
      if (fault === "refuses") throw new Refused(500, { message: "Timed out waiting for a place" });
      const headers = new Headers(request.headers as Record<string, string>);
      answer = this.#requests.answer(method, path, headers, body);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      entry.status = error.status;
      answer = error.answer;
    }
    if (fault === "breaks off") {
      request.socket.destroy();
    } else {
      send(response, entry.status, answer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** A text goes as it is, anything else as JSON. */
function send(response: ServerResponse, status: number, answer: unknown): void {
  const body = typeof answer === "string" ? answer : JSON.stringify(answer);
  response.writeHead(status, {
    "Content-Type": typeof answer === "string" ? "text/plain" : "application/json",
  });
  response.end(body);
}
