/** What the messages of a load are for, in words: by these the crash matrix names its points. */
import { codeOf, statementOf } from "./client_messages.ts";

/** Messages other than statements. */
const CODES: Record<string, string> = {
  "p": "password",
  "d": "COPY: data",
  "c": "COPY: end",
  "X": "farewell",
};

/** Statements by their text, the first that fits. */
const STATEMENTS: readonly [pattern: RegExp, words: string][] = [
  [/^SET SESSION CHARACTERISTICS/, "SET SESSION CHARACTERISTICS"],
  [/^LOCK TABLE/, "take the lock"],
  [/^SELECT 1 AS held/, "is the lock still held"],
  [/v_monitor\.current_session/, "read the session's id"],
  [/SET_CLIENT_LABEL/, "label the session"],
  [/v_catalog\.tables .* = 'migrations'/, "is there a schema"],
  [/v_catalog\.schemata/, "which schemas are there"],
  [/^SELECT LOWER\(table_schema\) AS table_schema/, "look at the tables"],
  [/^SELECT \* FROM \S+\.migrations/, "which version is the schema"],
  [/^CREATE SCHEMA/, "make a schema"],
  [/^CREATE TABLE IF NOT EXISTS \S+?\.(\w+)/, "make the table $1"],
  [/^CREATE OR REPLACE VIEW \S+?\.(\w+)/, "make the view $1"],
  [/^ALTER TABLE \S+?\.(migrations)/, "make the table $1"],
  [/^ALTER TABLE \S+\.loads DROP COLUMN IF EXISTS (\w+)/, "drop the column $1"],
  [/^INSERT INTO \S+\.migrations/, "record the migration"],
  [/^SELECT .* FROM \S+\.load_pending/, "is a swap not recorded"],
  [/^SELECT .* FROM \S+\.load_undo/, "read the undo"],
  [/^SELECT .*loads\.sha256.* FROM \S+\.loads/, "read the day's record"],
  [/^SELECT .* FROM \S+\.loads/, "is this load recorded"],
  [/^SELECT table_name .* LIKE '/, "list side tables"],
  [/^CREATE TABLE/, "make the side table"],
  [/^COPY/, "COPY"],
  [/^SELECT .* FROM finpipe_rejected/, "count what COPY rejected"],
  [/^DROP TABLE IF EXISTS finpipe_rejected/, "drop what COPY rejected"],
  [/^SELECT COUNT\(CASE WHEN country/, "count strings that may be changed"],
  [/^INSERT INTO \S+\.load_refused/, "keep rows that are unfit"],
  [/^SELECT COUNT\(\*\).* AS control_total.* FROM \S+_load_/, "count and sum the side table"],
  [/^SELECT COUNT\(\*\).* AS control_total.* FROM \S+\.transactions/, "count and sum the day"],
  [/^INSERT INTO \S+\.load_pending/, "write down what is to come"],
  [/SWAP_PARTITIONS/, "swap"],
  [
    /^DELETE FROM \S+\.load_(?:origins|fingerprints|rates) WHERE (?:dataset|partition_date)/,
    "forget records of before",
  ],
  [/^(DELETE FROM|INSERT INTO) \S+\.load_origins/, "note the dump: $1 load_origins"],
  [/^(DELETE FROM|INSERT INTO) \S+\.load_fingerprints/, "note the rows: $1 load_fingerprints"],
  [/^(DELETE FROM|INSERT INTO) \S+\.load_undone/, "record: $1 load_undone"],
  [/^(DELETE FROM|INSERT INTO) \S+\.load_rates/, "record: $1 load_rates"],
  [/^(DELETE FROM|INSERT INTO|UPDATE) \S+\.load_undo/, "record: $1 load_undo"],
  [/^(DELETE FROM|INSERT INTO|UPDATE) \S+\.loads/, "record: $1 loads"],
  [/^(DELETE FROM) \S+\.load_pending/, "record: $1 load_pending"],
  [/^DELETE FROM \S+\.load_refused/, "forget the refused rows of before"],
  [/^DROP TABLE/, "drop an old side table"],
];

/** Characters of a statement that has no words. */
const MOST_WORDS = 80;

/** Gives the messages of one session their words, in order: those of a COMMIT say of what. */
export function wordsForSession(): (message: Uint8Array) => string {
  let isFirst = true;
  let transaction: string | undefined = "the session's settings";
  return (message) => {
    if (isFirst) {
      isFirst = false;
      return "startup";
    }
    const statement = statementOf(message);
    if (statement === undefined) return CODES[codeOf(message)] ?? `message ${codeOf(message)}`;
    if (statement === "COMMIT" || statement === "ROLLBACK") {
      const words = `${statement}: ${transaction}`;
      transaction = undefined;
      return words;
    }
    const words = wordsOf(statement);
    transaction ??= words.replace(/^record: .*/, "record");
    return words;
  };
}

/** What a statement is for. */
export function wordsOf(statement: string): string {
  for (const [pattern, words] of STATEMENTS) {
    const found = pattern.exec(statement);
    if (found !== null) return words.replace("$1", found[1] ?? "");
  }
  return /^(SET|SHOW) /.test(statement) ? statement : anonymous(statement);
}

/** A statement that has no words yet, without what is another one in each load and each place. */
function anonymous(statement: string): string {
  return statement.replace(/'[^']*'/g, "'...'")
    .replace(/\bfinpipe_\w+\./g, "")
    .replace(/_[0-9a-f]{12}\b/g, "_...")
    .slice(0, MOST_WORDS);
}
