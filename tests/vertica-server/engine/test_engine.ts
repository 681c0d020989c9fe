/** An engine for a test, in a database of its own on the tests' PostgreSQL. */
import { adminUrl } from "../../support/postgres/database.ts";
import type { EngineSession } from "../engine.ts";
import { type EngineOptions, openVerticaEngine, type VerticaEngine } from "./engine.ts";

export interface TestEngine extends AsyncDisposable {
  engine: VerticaEngine;
  /** A session with autocommit off, as finpipe's are. @default dbadmin's */
  open(user?: string): Promise<EngineSession>;
}

/** @param options.lockTimeout milliseconds. @default 300: a test that waits for a lock fails soon */
export async function testEngine(options: EngineOptions = {}): Promise<TestEngine> {
  const engine = await openVerticaEngine({
    postgresUrl: adminUrl(),
    lockTimeout: 300,
    ...options,
  });
  return {
    engine,
    open: (user = "dbadmin") =>
      engine.openSession({
        user,
        database: engine.database,
        clientLabel: "test",
        autocommit: false,
      }),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}
