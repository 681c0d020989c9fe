/** deploy/metabase where each request of a first run fails, in either way; the daily tests have the rest. */
import { assertGoesOn } from "../support/metabase/runs.ts";

Deno.test("Metabase refuses any one request: it says which, and the next run goes on", () =>
  assertGoesOn("refuses", () => true));

Deno.test("any one answer is lost: it says which, and the next run goes on", () =>
  assertGoesOn("breaks off", () => true));
