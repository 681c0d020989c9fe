/**
 * The server of bench/vertica_load.ts, as a process of its own: the Vertica test server, with the engine
 * as it is (`real`), or with one that counts the bytes of a COPY and forgets them (`sink ROWS TOTAL`), so
 * that the client is what is measured. What a load asks of its side table a sink answers with the rows and
 * the control total that it was given; `absent ROWS TOTAL` says too that strings may have been absent, so
 * that the file is looked through for them.
 *
 * Says its URL in the first line of stdout, then of each COPY a line of JSON: its bytes, and the seconds
 * from its first byte to its end. Ends with stdin.
 */
import type {
  Answer,
  CopyIn,
  Engine,
  EngineSession,
  SessionStart,
} from "../tests/vertica-server/engine.ts";
import { openVerticaEngine } from "../tests/vertica-server/engine/engine.ts";
import { DATABASE, startServerOn } from "../tests/vertica-server/server.ts";
import { print } from "./support.ts";

const [kind, rows = "0", total = "0"] = Deno.args;

/** What a sink says of the rows that it never kept. */
const FIGURES = kind === "real" ? undefined : [rows, total, "1"];

class MeteredEngine implements Engine {
  constructor(readonly inner: Engine) {}

  passwordOf(user: string): Promise<string | undefined> {
    return this.inner.passwordOf(user);
  }

  split(query: string): string[] {
    return this.inner.split(query);
  }

  async openSession(start: SessionStart): Promise<EngineSession> {
    const session = await this.inner.openSession(start);
    const execute = session.execute.bind(session);
    session.execute = async (statement, parameters) =>
      metered(statement, await execute(statement, parameters));
    return session;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.inner[Symbol.asyncDispose]();
  }
}

function metered(statement: string, answer: Answer): Answer {
  if (answer.kind === "copy") return { ...answer, copy: new MeteredCopy(answer.copy) };
  if (FIGURES === undefined || answer.kind !== "rows") return answer;
  if (/AS fingerprint\s+FROM/.test(statement)) return { ...answer, rows: once(FIGURES) };
  const asksAbsent = kind === "absent" && /AS empty_strings\b/.test(statement);
  return asksAbsent ? { ...answer, rows: once(["1", "0"]) } : answer;
}

async function* once(row: string[]) {
  yield await Promise.resolve(row);
}

class MeteredCopy implements CopyIn {
  #bytes = 0;
  #started = 0;

  constructor(readonly inner: CopyIn) {}

  write(bytes: Uint8Array): Promise<void> {
    if (this.#bytes === 0) this.#started = performance.now();
    this.#bytes += bytes.length;
    return FIGURES === undefined ? this.inner.write(bytes) : Promise.resolve();
  }

  endBatch(): Promise<readonly bigint[] | undefined> {
    return this.inner.endBatch();
  }

  async finish() {
    const finished = await this.inner.finish();
    const seconds = (performance.now() - this.#started) / 1000;
    print(JSON.stringify({ bytes: this.#bytes, seconds }));
    return finished;
  }

  fail(reason: string): Promise<never> {
    return this.inner.fail(reason);
  }
}

const engine = await openVerticaEngine({ database: DATABASE });
await using server = await startServerOn(new MeteredEngine(engine), { auth: "trust" });
print(server.url);
await Deno.stdin.readable.pipeTo(new WritableStream());
