/** What the silence of a session is taken for, whichever server it is. */
import assert from "node:assert/strict";
import { judgeSilence, type Questioner } from "../../lib/runtime/silent_session.ts";

const NEVER = new AbortController().signal;

/** A server's answer to a new session; `said` is what it ended of the silent one. */
async function judged(
  { connects = () => Promise.resolve(), atWork = [false], isSilent = () => true, over = NEVER }: {
    connects?: () => Promise<void>;
    /** Answers to the question whether it works, in turn. */
    atWork?: (boolean | Error)[];
    isSilent?: () => boolean;
    over?: AbortSignal;
  },
) {
  const said: string[] = [];
  const answers = [...atWork];
  let last = answers[0]!;
  const questioner: Questioner = {
    begin: connects,
    isAtWork() {
      last = answers.shift() ?? last;
      return last instanceof Error ? Promise.reject(last) : Promise.resolve(last);
    },
    end: () => Promise.resolve(void said.push("ended")),
    [Symbol.asyncDispose]: () => Promise.resolve(void said.push("closed")),
  };
  const { setTimeout } = globalThis;
  globalThis.setTimeout =
    ((callback: () => void) => queueMicrotask(callback)) as unknown as typeof setTimeout;
  try {
    const failure = await judgeSilence({
      server: "S",
      what: "session",
      who: "The node",
      restarts: /^57P0[123]$/,
      open: () => questioner,
      isSilent,
      over,
    });
    return { message: failure?.message, kind: failure?.kind, said };
  } finally {
    globalThis.setTimeout = setTimeout;
  }
}

const GO_ON = { message: undefined, kind: undefined, said: ["closed"] };
const database = (code: string) => Object.assign(new Error("no"), { code, severity: "FATAL" });

Deno.test("a session that the server works for goes on waiting", async () => {
  assert.deepEqual(await judged({ atWork: [true] }), GO_ON);
  // What it sent just before the question was on its way.
  assert.deepEqual(await judged({ isSilent: () => false }), GO_ON);
  assert.deepEqual(await judged({ atWork: [false, true] }), GO_ON);
});

Deno.test("one that it does not work for is ended, and its connection is lost", async () => {
  assert.deepEqual(await judged({ atWork: [false] }), {
    message: "Cannot reach S: the connection was lost without notice",
    kind: "unreachable",
    said: ["ended", "closed"],
  });
});

Deno.test("a server that does not take a connection either stands still, or restarts", async () => {
  for (const failure of [new Error("connect ETIMEDOUT"), database("57P03")]) {
    assert.deepEqual(await judged({ connects: () => Promise.reject(failure) }), {
      message: "Cannot reach S: no answer for a while, and none to a new session",
      kind: "unreachable",
      said: ["closed"],
    });
  }
  // Who says why it takes no more of us is alive.
  assert.deepEqual(await judged({ connects: () => Promise.reject(database("53300")) }), GO_ON);
});

Deno.test("where the question fails, or does not matter any more, nothing is known", async () => {
  assert.deepEqual(await judged({ atWork: [new Error("no rights")] }), GO_ON);
  const over = AbortSignal.abort();
  const connects = () => Promise.reject(new Error("aborted"));
  assert.deepEqual(await judged({ over, connects }), GO_ON);
});
