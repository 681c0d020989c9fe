/** A webhook that keeps what is posted to it. */

export interface Posted {
  path: string;
  method: string;
  headers: Headers;
  body: string;
  /** The body as JSON. */
  json: Record<string, unknown>;
}

export interface Webhook extends AsyncDisposable {
  url: string;
  posted: Posted[];
  /** Statuses of the next answers, then 200. */
  answers: number[];
}

export function startWebhook(): Webhook {
  const posted: Posted[] = [];
  const answers: number[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { method, headers, url } = request;
      const body = await request.text();
      posted.push({ path: new URL(url).pathname, method, headers, body, json: JSON.parse(body) });
      return new Response("ok", {
        status: answers.shift() ?? 200,
        headers: { location: "/elsewhere" },
      });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/services/T0/B0/topsecret`,
    posted,
    answers,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
