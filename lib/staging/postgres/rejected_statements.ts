/** The SQL of rejected messages, and of their replay; the files can be run by hand. */
import bytesSql from "../../../sql/staging/rejected_bytes.sql" with { type: "text" };
import candidatesSql from "../../../sql/staging/rejected_candidates.sql" with {
  type: "text",
};
import findSql from "../../../sql/staging/rejected_find.sql" with { type: "text" };
import landCurrenciesSql from "../../../sql/staging/rejected_land_currencies.sql" with {
  type: "text",
};
import landTransactionsSql from "../../../sql/staging/rejected_land_transactions.sql" with {
  type: "text",
};
import listSql from "../../../sql/staging/rejected_list.sql" with { type: "text" };
import lockSql from "../../../sql/staging/rejected_lock.sql" with { type: "text" };
import markSql from "../../../sql/staging/rejected_mark.sql" with { type: "text" };
import missingSql from "../../../sql/staging/rejected_missing.sql" with { type: "text" };
import newestSql from "../../../sql/staging/rejected_newest.sql" with { type: "text" };
import serializeSql from "../../../sql/staging/rejected_serialize.sql" with {
  type: "text",
};
import * as v from "valibot";
import type { DatasetName } from "../../events/dataset.ts";
import type { Reason } from "../../events/message.ts";
import { boolean, integer, nullable, text } from "../../sql/columns.ts";
import { type Query, query } from "../../sql/query.ts";
import { SqlTemplate } from "../../sql/template.ts";

/** A newer finpipe's may be one that this one does not know. */
const reason = v.pipe(text, v.transform((name) => name as Reason));

/** A bytea from its text form, `\x` and hexadecimal digits. */
const bytea = v.pipe(
  v.string("bytes"),
  v.regex(/^\\x/, "bytes"),
  v.transform((hex) => Uint8Array.fromHex(hex.slice(2))),
);

const ROW = {
  id: integer,
  reason,
  field: nullable(text),
  length: integer,
  sha256: text,
  source: text,
  partition: integer,
  position: integer,
  rejected_at: text,
  replayed_at: nullable(text),
  replay_outcome: nullable(text),
};

export const list = query("staging/rejected_list", listSql, ROW);
export const find = query("staging/rejected_find", findSql, {
  ...ROW,
  bytes: nullable(integer),
});
export const bytes = query("staging/rejected_bytes", bytesSql, { raw: nullable(bytea) });
export const missing = query("staging/rejected_missing", missingSql, { id: integer });
export const newest = query("staging/rejected_newest", newestSql, { id: integer });
export const candidates = query("staging/rejected_candidates", candidatesSql, {
  id: integer,
  length: integer,
  stands: boolean,
  bytes: integer,
});
export const serialize = new SqlTemplate(serializeSql);
export const lock = query("staging/rejected_lock", lockSql, {
  id: integer,
  raw: nullable(bytea),
  bytes: nullable(integer),
});
export const land: Record<DatasetName, Query<{ rejectedId: number }>> = {
  transactions: query("staging/rejected_land_transactions", landTransactionsSql, {
    rejectedId: integer,
  }),
  currencies: query("staging/rejected_land_currencies", landCurrenciesSql, { rejectedId: integer }),
};
export const mark = new SqlTemplate(markSql);
