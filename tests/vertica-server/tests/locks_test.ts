/** The locks of Vertica's tables: which go together, who waits, and for how long. */
import assert from "node:assert/strict";
import { LockManager, type LockMode, type LockOwner } from "../engine/locks.ts";
import { failureOf } from "../engine/session_words.ts";

const owner = (sessionId: string): LockOwner => ({ sessionId, user: "dbadmin", statement: "x" });
const [one, other, third] = ["1", "2", "3"].map(owner) as [LockOwner, LockOwner, LockOwner];
const MODES: readonly LockMode[] = ["S", "I", "IV", "SI", "X", "O"];

/** As documented: what is asked for, by row, beside what is held. */
const TOGETHER: Record<LockMode, string> = {
  S: "S",
  I: "I IV",
  IV: "I",
  SI: "",
  X: "",
  O: "",
};

for (const asked of MODES) {
  for (const held of MODES) {
    const goes = TOGETHER[asked].split(" ").includes(held);
    Deno.test(`${asked} ${goes ? "goes with" : "does not go with"} ${held}`, async () => {
      const locks = new LockManager();
      await locks.acquire("t", held, one);
      const work = locks.acquire("t", asked, other, { wait: 0 });
      if (goes) await work;
      else assert.equal((await failureOf(work)).state, "55V03");
      // Another table is another matter.
      await locks.acquire("u", asked, other, { wait: 0 });
    });
  }
}

Deno.test("the message says who holds what", async () => {
  const locks = new LockManager();
  await locks.acquire("s.t", "I", { ...one, statement: "COPY s.t FROM STDIN" });
  const { text } = await failureOf(locks.acquire("s.t", "X", other, { wait: 0 }));
  assert.match(text, /Timed out X locking Table:s\.t\. I held by \[user dbadmin \(COPY s\.t/);
});

Deno.test("who holds S and asks for I has SI", async () => {
  const locks = new LockManager();
  await locks.acquire("t", "S", one);
  await locks.acquire("t", "I", one);
  assert.deepEqual([...locks.list()].map(({ mode }) => mode), ["SI"]);
  assert.equal((await failureOf(locks.acquire("t", "I", other, { wait: 0 }))).state, "55V03");
});

Deno.test("a released lock goes to who asked first, and not past them", async () => {
  const locks = new LockManager();
  await locks.acquire("t", "X", one);
  const order: string[] = [];
  const waiting = [
    locks.acquire("t", "X", other).then(() => order.push("other")),
    locks.acquire("t", "S", third).then(() => order.push("third")),
  ];
  locks.release("1");
  await waiting[0];
  assert.deepEqual(order, ["other"]);
  locks.release("2");
  await waiting[1];
  assert.deepEqual([...locks.list()].map(({ owner }) => owner.sessionId), ["3"]);
});

Deno.test("who holds a lock goes before those that wait: else neither would ever get it", async () => {
  const locks = new LockManager();
  await locks.acquire("t", "I", one);
  const waiting = locks.acquire("t", "X", other);
  await locks.acquire("t", "X", one, { wait: 0 });
  locks.release("1");
  await waiting;
});

Deno.test("a wait ends at its limit, and leaves nothing behind", async () => {
  const locks = new LockManager(5);
  await locks.acquire("t", "X", one);
  assert.equal((await failureOf(locks.acquire("t", "I", other))).state, "55V03");
  locks.release("1");
  assert.deepEqual([...locks.list()], []);
});

Deno.test("a wait ends when it is cancelled, and those behind go on", async () => {
  const locks = new LockManager();
  await locks.acquire("t", "I", one);
  const stop = new AbortController();
  const cancelled = locks.acquire("t", "X", other, { cancelled: stop.signal });
  const behind = locks.acquire("t", "I", third);
  const failed = assert.rejects(cancelled, /enough/);
  stop.abort(new Error("enough"));
  await failed;
  await behind;
});
