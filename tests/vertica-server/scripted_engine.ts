/** A database for tests of the wire protocol alone: it knows a dozen statements and keeps nothing. */
import {
  type Answer,
  type Column,
  type CopyIn,
  type Description,
  type Engine,
  type EngineSession,
  type Row,
  type SessionStart,
  VerticaError,
} from "./engine.ts";

/** A column of a type that needs no modifier. */
export function column(name: string, oid: number, modifier = -1): Column {
  return { name, oid, size: oid === 6 ? 8 : -1, modifier };
}

const ROWS_LOADED = [column("Rows Loaded", 6)];

/** What a COPY was given, and how it ended. */
export interface SeenCopy {
  bytes: number;
  /** Bytes of its longest piece. */
  longest: number;
  end: "finished" | "failed" | undefined;
}

/**
 * `ROWS 1000`; `ECHO ? ?`; `WAIT` until it is cancelled; `COPY ... LOCAL ...` and `COPY ...` of lines,
 * of which those with `bad` are rejected and one with `fatal` is an error; `BEGIN`, `COMMIT`, `ROLLBACK`;
 * `SET ...`. `SELECT` may stand before it. All else is an error.
 */
export class ScriptedEngine implements Engine {
  readonly started: SessionStart[] = [];
  readonly copies: SeenCopy[] = [];
  /** Of those sessions that were opened and not closed. */
  openSessions = 0;
  /** Of those that were to be sent. */
  rowsAsked = 0;
  /** Called before COPY takes a piece. */
  beforeWrite: () => Promise<void> = () => Promise.resolve();

  passwordOf(user: string): Promise<string | undefined> {
    return Promise.resolve(user === "dbadmin" ? "secret" : undefined);
  }

  openSession(start: SessionStart): Promise<EngineSession> {
    if (start.database !== "finpipe") {
      throw new VerticaError("3D000", 2983, `Database "${start.database}" does not exist`);
    }
    this.started.push(start);
    this.openSessions++;
    return Promise.resolve(new ScriptedSession(this));
  }

  split(query: string): string[] {
    return query.split(";").map((part) => part.trim()).filter((part) => part !== "");
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class ScriptedSession implements EngineSession {
  status: "I" | "T" | "E" = "I";
  onParameter: (name: string, value: string) => void = () => {};
  readonly #engine: ScriptedEngine;
  #cancel: (() => void) | undefined;

  constructor(engine: ScriptedEngine) {
    this.#engine = engine;
  }

  async execute(statement: string, parameters: readonly (string | null)[] = []): Promise<Answer> {
    const [word = "", number = "0"] = statement.replace(/^SELECT /, "").split(" ");
    switch (word.toUpperCase()) {
      case "ROWS":
        return rows([column("n", 6), column("text", 9, 84)], this.#count(Number(number)));
      case "ECHO":
        return rows(parameters.map((_, i) => column(`p${i}`, 9, 84)), [parameters]);
      case "WAIT": {
        const { promise, reject } = Promise.withResolvers<never>();
        this.#cancel = () =>
          reject(new VerticaError("57014", 3322, "Execution canceled by operator"));
        return await promise;
      }
      case "COPY":
        return this.#copy(statement.includes("LOCAL"));
      case "SET":
        this.onParameter("auto_commit", /\bon$/i.test(statement) ? "on" : "off");
        return { kind: "done", tag: "SET" };
      case "BEGIN":
      case "COMMIT":
      case "ROLLBACK":
        this.status = word.toUpperCase() === "BEGIN" ? "T" : "I";
        return { kind: "done", tag: word.toUpperCase() };
      default:
        throw new VerticaError("42601", 4856, `Syntax error at or near "${word}"`, {
          hint: "Say something else",
          position: 1,
        });
    }
  }

  bind(): Promise<void> {
    return Promise.resolve();
  }

  describe(statement: string): Promise<Description> {
    const parameters = [...statement].filter((letter) => letter === "?").map(() => 9);
    if (!/^(SELECT )?(ECHO|ROWS)/.test(statement)) {
      const word = statement.split(" ")[0]!.toUpperCase();
      const tag = word === "COPY" && statement.includes("LOCAL") ? "COPY_LOCAL" : word;
      const columns = tag.startsWith("COPY") ? ROWS_LOADED : null;
      return Promise.resolve({ tag, parameters, columns });
    }
    const columns = statement.includes("ROWS")
      ? [column("n", 6), column("text", 9, 84)]
      : parameters.map((_, i) => column(`p${i}`, 9, 84));
    return Promise.resolve({ tag: "SELECT", parameters, columns });
  }

  cancel(): void {
    this.#cancel?.();
  }

  close(): Promise<void> {
    this.#engine.openSessions--;
    return Promise.resolve();
  }

  *#count(rows: number): Generator<Row> {
    for (let n = 1; n <= rows; n++) {
      this.#engine.rowsAsked++;
      yield [String(n), n % 3 === 0 ? null : `row ${n}`];
    }
  }

  #copy(isLocal: boolean): Answer {
    const seen: SeenCopy = { bytes: 0, longest: 0, end: undefined };
    this.#engine.copies.push(seen);
    const copy = new LineCopy(seen, this.#engine);
    return { kind: "copy", isLocal, columns: ROWS_LOADED, copy };
  }
}

class LineCopy implements CopyIn {
  readonly #seen: SeenCopy;
  readonly #engine: ScriptedEngine;
  readonly #rejected: bigint[] = [];
  readonly #decoder = new TextDecoder();
  #line = "";
  #lines = 0n;

  constructor(seen: SeenCopy, engine: ScriptedEngine) {
    this.#seen = seen;
    this.#engine = engine;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#engine.beforeWrite();
    this.#seen.bytes += bytes.length;
    this.#seen.longest = Math.max(this.#seen.longest, bytes.length);
    const lines = (this.#line + this.#decoder.decode(bytes, { stream: true })).split("\n");
    // Enough to find the words in.
    this.#line = lines.pop()!.slice(-100);
    for (const line of lines) {
      this.#lines++;
      if (line.includes("bad")) this.#rejected.push(this.#lines);
      if (line.includes("fatal")) {
        this.#seen.end = "failed";
        throw new VerticaError("22V04", 2035, "COPY: Input record has been rejected");
      }
    }
  }

  endBatch(): Promise<readonly bigint[]> {
    return Promise.resolve(this.#rejected);
  }

  finish(): Promise<{ tag: string; rows: AsyncIterable<Row> }> {
    this.#seen.end = "finished";
    const taken = this.#lines - BigInt(this.#rejected.length);
    return Promise.resolve({ tag: "COPY", rows: asyncOf([[String(taken)]]) });
  }

  fail(reason: string): Promise<never> {
    this.#seen.end = "failed";
    throw new VerticaError("57014", 2000, `COPY from stdin failed: ${reason}`);
  }
}

function rows(columns: readonly Column[], values: Iterable<Row>): Answer {
  return { kind: "rows", tag: "SELECT", columns, rows: asyncOf(values) };
}

async function* asyncOf(values: Iterable<Row>): AsyncGenerator<Row> {
  for (const value of values) yield await Promise.resolve(value);
}
