/**
 * A process that begins a backfill and an attempt, says so, and lives until it is killed. Arguments: the
 * URL of staging, or the work dir of an embedded engine.
 */
import { openEmbeddedSession } from "../../../lib/postgres/embedded.ts";
import { PostgresStaging } from "../../../lib/staging/postgres/staging.ts";
import { attemptAt, connectUrl, ledgerOn } from "./ledgers.ts";

const [place = ""] = Deno.args;
const connect = place.startsWith("postgres")
  ? () => connectUrl(place)
  : async () => new PostgresStaging(await openEmbeddedSession(place));
const ledger = await ledgerOn(connect);
await ledger.begin(attemptAt());
await Deno.stdout.write(new TextEncoder().encode("begun\n"));
await new Promise((resolve) => setTimeout(resolve, 3_600_000));
