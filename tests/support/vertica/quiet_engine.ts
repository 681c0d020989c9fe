/**
 * A database behind the test server's protocol that does as good as nothing: it takes what a session
 * is begun with, and counts the bytes of COPY.
 */
import {
  type Answer,
  type CopyIn,
  type Description,
  type Engine,
  type EngineSession,
  type SessionStart,
  VerticaError,
} from "../../vertica-server/engine.ts";
import { column } from "../../vertica-server/scripted_engine.ts";

export class QuietEngine implements Engine {
  /** How sessions were begun. */
  readonly started: SessionStart[] = [];
  /** All statements, in order. */
  readonly statements: string[] = [];
  /** Answers to SHOW AUTOCOMMIT. */
  autocommit = "off";
  /** Bytes of COPY that were taken. */
  copied = 0;
  /** What SELECT, and the data of a COPY, fail with, where it is set. */
  failure: VerticaError | undefined;

  passwordOf(user: string): Promise<string | undefined> {
    return Promise.resolve(user === "" || user === "dbadmin" ? "secret" : undefined);
  }

  openSession(start: SessionStart): Promise<EngineSession> {
    this.started.push(start);
    return Promise.resolve(new QuietSession(this));
  }

  split(query: string): string[] {
    return [query];
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class QuietSession implements EngineSession {
  readonly status = "I";
  onParameter: (name: string, value: string) => void = () => {};

  constructor(readonly engine: QuietEngine) {}

  execute(statement: string): Promise<Answer> {
    this.engine.statements.push(statement);
    const [word = ""] = statement.split(" ");
    if (word === "SHOW") return Promise.resolve(rows(["autocommit", this.engine.autocommit]));
    if (word === "SELECT" && this.engine.failure !== undefined) throw this.engine.failure;
    if (word === "SELECT") return Promise.resolve(rows(["one", "1"]));
    if (word !== "COPY") return Promise.resolve({ kind: "done", tag: word });
    const copy = new QuietCopy(this.engine);
    const columns = [column("Rows Loaded", 6)];
    return Promise.resolve({ kind: "copy", isLocal: false, columns, copy });
  }

  bind(): Promise<void> {
    return Promise.resolve();
  }

  describe(): Promise<Description> {
    throw new VerticaError("0A000", 0, "Only simple queries");
  }

  cancel(): void {}

  async close(): Promise<void> {}
}

class QuietCopy implements CopyIn {
  constructor(readonly engine: QuietEngine) {}

  write(bytes: Uint8Array): Promise<void> {
    this.engine.copied += bytes.length;
    const { failure } = this.engine;
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  }

  endBatch(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  finish() {
    return Promise.resolve({ tag: "COPY", rows: once(["0"]) });
  }

  fail(reason: string): Promise<never> {
    return Promise.reject(new VerticaError("22V04", 2035, reason));
  }
}

function rows(values: [string, string]): Answer {
  const columns = [column("name", 9, 84), column("setting", 9, 84)];
  return { kind: "rows", tag: "SELECT", columns, rows: once(values) };
}

async function* once(row: string[]) {
  yield await Promise.resolve(row);
}
