/** A question that many ask at the same time. */
import assert from "node:assert/strict";
import { SharedQuestion } from "../../lib/landing/topic/shared_question.ts";
import { settle } from "../support/turns.ts";

/** Questions that were put, each of which the test answers. */
function asked() {
  const put: PromiseWithResolvers<string>[] = [];
  const question = new SharedQuestion(() => {
    const answer = Promise.withResolvers<string>();
    put.push(answer);
    return answer.promise;
  });
  return { put, question };
}

Deno.test("a thousand that ask at once are answered by two questions, none of which began before", async () => {
  const { put, question } = asked();
  const first = question.ask();
  const others = Array.from({ length: 1000 }, () => question.ask());
  await settle();
  assert.equal(put.length, 1);
  put[0]!.resolve("old");
  assert.equal(await first, "old");
  await settle();
  assert.equal(put.length, 2);
  put[1]!.resolve("new");
  assert.deepEqual(new Set(await Promise.all(others)), new Set(["new"]));
  const later = question.ask();
  put[2]!.resolve("newest");
  assert.equal(await later, "newest");
});

Deno.test("a failure is told to those that asked, and not to those after them", async () => {
  const { put, question } = asked();
  const first = assert.rejects(question.ask(), /no answer/);
  const second = question.ask();
  put[0]!.reject(new Error("no answer"));
  await first;
  await settle();
  put[1]!.resolve("answer");
  assert.equal(await second, "answer");
});
