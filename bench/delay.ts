/** A TCP proxy that adds to the round-trip time, in a process of its own. Usage: delay.ts HOST:PORT MS */

const [target, milliseconds] = Deno.args as [string, string];
const [hostname, port] = target.split(":") as [string, string];
/** Half of it each way. */
const delay = Number(milliseconds) / 2;

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
Deno.stdout.writeSync(new TextEncoder().encode(`${listener.addr.port}\n`));
for await (const client of listener) {
  const server = await Deno.connect({ hostname, port: Number(port) });
  client.setNoDelay();
  server.setNoDelay();
  void forward(client, server);
  void forward(server, client);
}

/** Passes bytes on in order, each after the delay: what is on the way does not hold up what follows. */
async function forward(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  let sent = Promise.resolve();
  try {
    for await (const piece of from.readable) {
      const due = new Promise<void>((resolve) => setTimeout(resolve, delay));
      const before = sent;
      sent = (async () => {
        await due;
        await before;
        for (let at = 0; at < piece.length;) at += await to.write(piece.subarray(at));
      })();
      sent.catch(() => {});
    }
    await sent;
  } catch {
    // Either end went away, and so does the other.
  }
  for (const connection of [from, to]) {
    try {
      connection.close();
    } catch {
      // Closed already.
    }
  }
}
