/** Kill -9 at random moments: `deno task soak` does more of the same. */
import { chooseSeed, killChains } from "../support/kill/chain.ts";
import { emptyDatabase, postgresTest } from "../support/postgres/database.ts";

const seed = chooseSeed();

Deno.test("a killed stream, dump, load and backfill leave what unkilled ones leave: embedded", () =>
  killChains({ seed, kills: [2] }));

postgresTest(
  "a killed stream, dump, load and backfill leave what unkilled ones leave: PostgreSQL",
  (t) => killChains({ seed, kills: [2], database: () => emptyDatabase(t) }),
);
