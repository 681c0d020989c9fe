/** A client's bytes as messages, for the proxy of the load's crash matrix. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { codeOf, messageCutter, statementOf } from "../support/load_crash/client_messages.ts";
import { wordsForSession } from "../support/load_crash/words.ts";

/** A message of the protocol; the one that begins a connection has no code. */
function message(code: string, body: Uint8Array | string): Buffer {
  const bytes = Buffer.from(body);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + bytes.length);
  return Buffer.concat([Buffer.from(code), length, bytes]);
}

const query = (statement: string) => message("Q", `${statement}\0`);

Deno.test("messages are the same however the network cuts them", () => {
  const anyMessage = fc.tuple(fc.constantFrom("Q", "d", "j", "X"), fc.uint8Array())
    .map(([code, body]) => message(code, body));
  fc.assert(
    fc.property(
      fc.uint8Array(),
      fc.array(anyMessage),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (startup, others, cuts) => {
        const messages = [message("", startup), ...others];
        let rest = Buffer.concat(messages);
        const cut = messageCutter();
        const found: Buffer[] = [];
        for (let i = 0; rest.length > 0; i++) {
          const piece = rest.subarray(0, cuts[i % cuts.length]);
          found.push(...cut(piece).map((bytes) => Buffer.from(bytes)));
          rest = rest.subarray(piece.length);
        }
        assert.deepEqual(found, messages);
      },
    ),
  );
});

Deno.test("a statement is read of a Query alone, its white space made one", () => {
  assert.equal(statementOf(query("SELECT 1\n  AS one;")), "SELECT 1 AS one;");
  assert.equal(statementOf(message("d", "SELECT 1\0")), undefined);
  assert.equal(codeOf(message("d", "")), "d");
});

Deno.test("a COMMIT has the words of what its transaction began with", () => {
  const words = wordsForSession();
  const sent = [
    message("", "user\0"),
    query("SET TIME ZONE TO 'UTC'"),
    query("COMMIT"),
    query("DELETE FROM s.load_undo WHERE dataset = 'transactions'"),
    query("DELETE FROM s.load_refused WHERE dataset = 'transactions'"),
    query("COMMIT"),
    query("SELECT SWAP_PARTITIONS_BETWEEN_TABLES('s.a')"),
    query("COMMIT"),
    query("UPDATE finpipe_staging_12345678.transactions_load_0123456789ab SET note = 'secret'"),
    message("X", ""),
  ];
  assert.deepEqual(sent.map(words), [
    "startup",
    "SET TIME ZONE TO 'UTC'",
    "COMMIT: the session's settings",
    "record: DELETE FROM load_undo",
    "forget the refused rows of before",
    "COMMIT: record",
    "swap",
    "COMMIT: swap",
    // None of ours: the same words in each load.
    "UPDATE transactions_load_... SET note = '...'",
    "farewell",
  ]);
});
