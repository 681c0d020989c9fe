/** Sessions of finpipe's with a test server that does as good as nothing. */
import {
  openVerticaSession,
  type VerticaSession,
} from "../../../lib/warehouse/vertica/connection/session.ts";
import { startServerOn, type VerticaServerOptions } from "../../vertica-server/server.ts";
import { verticaSettingsOf } from "./url.ts";
import { QuietEngine } from "./quiet_engine.ts";

/** The server with its engine; disposing of it stops it. */
export async function startQuietServer(options: Partial<VerticaServerOptions> = {}) {
  const engine = new QuietEngine();
  const server = await startServerOn(engine, options);
  return { server, engine, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** A session by a URL, closed after the work. */
export async function withSession<T>(
  url: string,
  work: (session: VerticaSession) => Promise<T>,
): Promise<T> {
  const settings = await verticaSettingsOf(url);
  const session = await openVerticaSession(settings, { label: "finpipe:test" });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
