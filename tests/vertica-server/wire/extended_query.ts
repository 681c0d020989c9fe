/**
 * The extended protocol: statements that are prepared, described, bound and executed
 * (vertica-python, vertica/cursor.py, `_prepare` and `_execute_prepared_statement`).
 */
import { type Description, type Engine, type EngineSession, VerticaError } from "../engine.ts";
import {
  commandComplete,
  commandDescription,
  parameterDescription,
  plain,
  rowDescription,
} from "./backend.ts";
import { type CopyContext, runCopy } from "./copy_flow.ts";
import { readBind, readParse, readTarget, readText } from "./frontend.ts";
import type { Message } from "./inbox.ts";
import { sendRows } from "./results.ts";

interface Prepared {
  sql: string;
  description: Description;
  /** Why it cannot be run. */
  failure?: VerticaError;
}

interface Portal extends Prepared {
  values: readonly (string | null)[];
}

/** A statement that is none: clients know it by its tag (vertica-python, `Cursor._prepare`). */
const EMPTY: Prepared = { sql: "", description: { tag: "", parameters: [], columns: null } };

/** The messages of the extended protocol, but for Sync and Flush. */
export const EXTENDED = ["P", "D", "B", "E", "C"];

export class ExtendedQuery {
  readonly #statements = new Map<string, Prepared>();
  readonly #portals = new Map<string, Portal>();
  readonly #session: EngineSession;
  readonly #engine: Engine;
  readonly #context: CopyContext;

  constructor(session: EngineSession, engine: Engine, context: CopyContext) {
    this.#session = session;
    this.#engine = engine;
    this.#context = context;
  }

  /**
   * Acts on one message; what is answered waits for Flush or Sync.
   *
   * @throws VerticaError after which all is to be read over, up to Sync
   */
  async act({ code, body }: Message): Promise<void> {
    switch (code) {
      case "P":
        return await this.#parse(body);
      case "D":
        return this.#describe(body);
      case "B":
        return await this.#bind(body);
      case "E":
        return await this.#execute(body);
      case "C":
        return this.#close(body);
    }
  }

  async #parse(body: Uint8Array): Promise<void> {
    const { name, sql } = readParse(body);
    if (name === "") await this.#foretell(sql);
    else this.#statements.set(name, await this.#prepared(sql));
    this.#say("1");
  }

  /**
   * One statement, with or without its semicolon. What is wrong with it is said when it is described or
   * bound: an error in the place of ParseComplete vertica-python 1.4.0 would not survive (`Cursor._prepare`
   * reads no ReadyForQuery then), and its suite, which real servers pass, goes on after such errors
   * (`test_query_errors`).
   */
  async #prepared(sql: string): Promise<Prepared> {
    const [only, ...others] = this.#engine.split(sql);
    if (others.length > 0) {
      throw new VerticaError(
        "42601",
        2450,
        "Cannot insert multiple commands into a prepared statement",
      );
    }
    if (only === undefined) return EMPTY;
    try {
      return { sql: only, description: await this.#session.describe(only) };
    } catch (failure) {
      if (!(failure instanceof VerticaError)) throw failure;
      return { ...EMPTY, sql: only, failure };
    }
  }

  /**
   * The unnamed statement may be several, and says of each what it is before it is parsed: the JDBC
   * driver learns so which answers to expect of a Query of the same text, and else takes none.
   */
  async #foretell(sql: string): Promise<void> {
    const [first, ...others] = this.#engine.split(sql);
    const prepared = first === undefined
      ? EMPTY
      : { sql: first, description: await this.#session.describe(first) };
    this.#statements.set("", prepared);
    commandDescription(this.#context.outbox.writer, prepared.description.tag);
    for (const other of others) {
      const { tag } = await this.#session.describe(other);
      commandDescription(this.#context.outbox.writer, tag);
    }
  }

  #describe(body: Uint8Array): void {
    const { kind, name } = readTarget(body);
    const { writer } = this.#context.outbox;
    const { description: { tag, parameters, columns } } = kind === "S"
      ? this.#statement(name)
      : this.#portal(name);
    if (kind === "S") parameterDescription(writer, parameters);
    if (columns === null) plain(writer, "n");
    else rowDescription(writer, columns, this.#context.form);
    if (kind === "S") commandDescription(writer, tag);
  }

  /**
   * Values are read here, so that one of a wrong type is an error in the place of BindComplete: real servers
   * say more than that there (github.com/vertica/vertica-python, issue 579), and vertica-nodejs 1.1.4 loses
   * count of its ReadyForQuery where an error comes after it.
   */
  async #bind(body: Uint8Array): Promise<void> {
    const { portal, statement, values } = readBind(body);
    const prepared = this.#statement(statement);
    const wanted = prepared.description.parameters.length;
    if (values.length !== wanted) {
      throw new VerticaError(
        "08P01",
        2080,
        `Bind message supplies ${values.length} parameters, but prepared statement "${statement}" requires ${wanted}`,
      );
    }
    await this.#session.bind(prepared.description, values);
    this.#portals.set(portal, { ...prepared, values });
    this.#say("2");
  }

  async #execute(body: Uint8Array): Promise<void> {
    const { sql, values } = this.#portal(readText(body));
    const { outbox, form } = this.#context;
    if (sql.trim() === "") return this.#say("I");
    const answer = await this.#session.execute(sql, values);
    switch (answer.kind) {
      case "rows":
        await sendRows(outbox, answer.rows, form.binary ? answer.columns : undefined);
        // Where PostgreSQL says that all rows have come, Vertica suspends the portal.
        return this.#say("s");
      case "copy":
        return await runCopy(answer, this.#context);
      case "done":
        commandComplete(outbox.writer, answer.tag);
    }
  }

  #close(body: Uint8Array): void {
    const { kind, name } = readTarget(body);
    (kind === "S" ? this.#statements : this.#portals).delete(name);
    this.#say("3");
  }

  #say(code: string): void {
    plain(this.#context.outbox.writer, code);
  }

  #statement(name: string): Prepared {
    const statement = this.#statements.get(name);
    if (statement?.failure !== undefined) throw statement.failure;
    if (statement !== undefined) return statement;
    throw new VerticaError("26000", 4571, `Prepared statement "${name}" does not exist`);
  }

  #portal(name: string): Portal {
    const portal = this.#portals.get(name);
    if (portal !== undefined) return portal;
    throw new VerticaError("34000", 4122, `Portal "${name}" does not exist`);
  }
}
