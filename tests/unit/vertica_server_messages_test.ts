/** What finpipe reads of a server's messages beside its driver: however they are cut. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { LoginWatch } from "../../lib/warehouse/vertica/connection/login_watch.ts";
import { ServerMessages } from "../../lib/warehouse/vertica/connection/server_messages.ts";
import { VerticaError } from "../vertica-server/engine.ts";
import { authentication, errorResponse, parameterStatus } from "../vertica-server/wire/backend.ts";
import { ByteWriter } from "../vertica-server/wire/byte_writer.ts";

Deno.test("ServerMessages finds each error's number and each login, wherever they are cut", () => {
  const message = fc.oneof(
    fc.nat(99_999).map((error) => ({ error })),
    fc.constantFrom(0, 3, 5, 65541).map((login) => ({ login })),
    fc.string({ maxLength: 40 }).map((other) => ({ other: other.replaceAll("\0", "") })),
  );
  fc.assert(fc.property(
    fc.array(message, { maxLength: 20 }),
    fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 }),
    (messages, cuts) => {
      const writer = new ByteWriter();
      for (const message of messages) {
        if ("error" in message) {
          errorResponse(writer, new VerticaError("55000", message.error, "V2 E5 R6"));
        } else if ("login" in message) authentication(writer, message.login, new Uint8Array(4));
        else parameterStatus(writer, "name", message.other);
      }
      const logins: number[] = [];
      const found = new ServerMessages(({ code, length }) => {
        assert.equal(length, 12);
        logins.push(code);
      });
      const bytes = writer.take();
      for (let at = 0, cut = 0; at < bytes.length; cut++) {
        const size = cuts[cut % cuts.length]!;
        found.push(bytes.subarray(at, at + size));
        at += size;
      }
      assert.deepEqual(logins, messages.flatMap((sent) => "login" in sent ? [sent.login] : []));
      for (const sent of messages) {
        if ("error" in sent) assert.equal(found.nextVendorCode(), sent.error);
      }
      assert.equal(found.nextVendorCode(), undefined);
    },
  ));
});

Deno.test("ServerMessages takes an error without a number, or with none that is one", () => {
  const found = new ServerMessages(() => {});
  const text = new TextEncoder();
  for (const fields of ["SERROR\0M\0\0", "Vx\0\0", "V1", ""]) {
    const body = text.encode(fields);
    found.push(Uint8Array.of(69, 0, 0, 0, body.length + 4, ...body));
    assert.equal(found.nextVendorCode(), undefined);
  }
  found.push(Uint8Array.of(69, 0, 0, 0, 10, ...text.encode("V2088\0")));
  assert.equal(found.nextVendorCode(), 2088);
});

Deno.test("LoginWatch gives up at once where the driver would wait, and names the cause", () => {
  const limits = { user: "finpipe", connectTimeout: 1000, loginTimeout: 1000 };
  const said = (code: number, length: number): string | undefined => {
    let failure: Error | undefined;
    new LoginWatch({ ...limits, giveUp: (why) => failure = why }).authentication({ code, length });
    return failure?.message;
  };
  for (const [code, length] of [[0, 8], [3, 8], [9, 8], [12, 8], [65536, 32], [66048, 32]]) {
    assert.equal(said(code!, length!), undefined, `${code}`);
  }
  for (const code of [5, 65541]) assert.match(said(code, 12)!, /MD5/);
  for (const code of [7, 8]) assert.match(said(code, 8)!, /Kerberos/);
  assert.match(said(11, 8)!, /grace period/);
  // The driver knows a salt of 16 bytes alone.
  for (const [code, length] of [[66048, 40], [4, 12], [99, 8]]) {
    assert.match(said(code!, length!)!, new RegExp(`does not know .*${code}`));
  }
});
