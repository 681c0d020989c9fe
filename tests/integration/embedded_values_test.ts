/** Values that go to the embedded engine and come back: each the same, to the byte. */
import assert from "node:assert/strict";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { inFolder } from "../support/folder.ts";

Deno.test(
  "each value comes back as the text that went",
  EMBEDDED_TIMERS,
  () =>
    inFolder(async (folder) => {
      const session = await openEmbeddedSession(folder);
      try {
        const texts = [
          "",
          " ",
          "\ufeff",
          "\ufeffx",
          "x\ufeff",
          "'\"\\",
          "$1",
          "\u202e1",
          "\u0001",
          "😀",
        ];
        for (const text of texts) {
          assert.deepEqual(await session.query("SELECT $1::text AS text", [text]), [{ text }]);
        }
        const [row] = await session.query(
          `SELECT $1::bigint AS big, $2::boolean AS yes, $3::bytea AS bytes, $4::text AS nothing,
           $5::integer AS small, DATE '2022-10-01' AS day, 1.50 AS number, $6::text[] AS list`,
          [2n ** 63n - 1n, true, new Uint8Array([0, 255]), null, 7, '{"a","\\"b"}'],
        );
        assert.deepEqual(row, {
          big: "9223372036854775807",
          yes: "t",
          bytes: "\\x00ff",
          nothing: null,
          small: "7",
          day: "2022-10-01",
          number: "1.50",
          list: '{a,"\\"b"}',
        });
        assert.deepEqual(await session.query("SELECT 1 WHERE false"), []);
        await assert.rejects(session.query("SELECT 1 / $1::int", [0]), { sqlState: "22012" });
        assert.deepEqual(await session.query("SELECT 1 AS one"), [{ one: "1" }], "and goes on");
        await assert.rejects(
          session.transaction(() => session.query("SELECT nothing")),
          /column "nothing" does not exist/,
        );
        assert.deepEqual(await session.query("SELECT 2 AS two"), [{ two: "2" }]);
      } finally {
        await session.close();
      }
    }),
);
