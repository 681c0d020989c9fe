/** When a member of the group that hears nothing of it is out of it, and when it is not. */
import assert from "node:assert/strict";
import { Membership } from "../../lib/sources/kafka/membership.ts";
import { settle } from "../support/turns.ts";

const SESSION = 30_000;

/** A member "a" that fetches, on a clock that we set, in a group that answers when we say so. */
function setup() {
  let now = 0;
  /** The questions that the group has not answered. */
  const asked: PromiseWithResolvers<string[]>[] = [];
  const membership = new Membership({
    sessionTimeout: SESSION,
    members() {
      const question = Promise.withResolvers<string[]>();
      asked.push(question);
      return question.promise;
    },
    clock: () => now,
  });
  membership.joined("a");
  return {
    membership,
    asked,
    /** Fetches once, after this long. */
    fetchAfter(milliseconds: number): boolean {
      now += milliseconds;
      return membership.isLost();
    },
    /** The group answers the oldest question. */
    async answer(members: string[] | Error): Promise<void> {
      const { resolve, reject } = asked.shift()!;
      if (members instanceof Error) reject(members);
      else resolve(members);
      await settle();
    },
  };
}

Deno.test("a member that hears of its group is not in doubt, however long it fetches", () => {
  const { membership, asked, fetchAfter } = setup();
  for (let i = 0; i < 10; i++) {
    assert.equal(fetchAfter(SESSION - 1), false);
    membership.heard();
  }
  assert.deepEqual(asked, []);
});

Deno.test("one that heard nothing for a session, and is not of the group, is lost", async () => {
  const { asked, fetchAfter, answer } = setup();
  assert.equal(fetchAfter(SESSION), false, "the group is asked first");
  assert.equal(fetchAfter(200), false, "and has not answered");
  assert.equal(asked.length, 1, "it is asked once at a time");
  assert.equal(fetchAfter(SESSION), false);
  assert.equal(asked.length, 2, "but for an answer that never comes");
  await answer(["b", "c"]);
  assert.equal(fetchAfter(200), true);
});

Deno.test("one that the group still has is asked after now and then, until it is dropped", async () => {
  const { asked, fetchAfter, answer } = setup();
  assert.equal(fetchAfter(SESSION), false);
  await answer(["a", "b"]);
  assert.equal(fetchAfter(SESSION / 10 - 1), false);
  assert.equal(asked.length, 0);
  assert.equal(fetchAfter(1), false);
  await answer(["b"]);
  assert.equal(fetchAfter(0), true);
});

Deno.test("a coordinator that is away proves nothing, and is asked again", async () => {
  const { asked, fetchAfter, answer } = setup();
  for (let i = 0; i < 5; i++) {
    assert.equal(fetchAfter(SESSION), false);
    assert.equal(asked.length, 1);
    await answer(new Error("Not available"));
  }
  assert.equal(fetchAfter(0), false);
});

Deno.test("an answer that was overtaken by the group itself is worth nothing", async () => {
  const { membership, fetchAfter, answer } = setup();
  assert.equal(fetchAfter(SESSION), false);
  membership.heard();
  await answer(["b"]);
  assert.equal(fetchAfter(0), false);
  assert.equal(fetchAfter(SESSION), false, "nor later on");
});

Deno.test("one that was lost and has joined again is a member by its new id", async () => {
  const { membership, fetchAfter, answer } = setup();
  fetchAfter(SESSION);
  await answer([]);
  assert.equal(fetchAfter(0), true);
  membership.joined("b");
  assert.equal(fetchAfter(0), false);
  fetchAfter(SESSION);
  await answer(["b"]);
  assert.equal(fetchAfter(0), false);
});
