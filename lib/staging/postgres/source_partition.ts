/** Reading the rows of finpipe.source_partitions. */
import * as v from "valibot";
import { type Moment, readTimestamp } from "../../events/values.ts";
import { integer, nullable, oneOf, text } from "../../sql/columns.ts";

/** Where messages come from. */
export const KIND = oneOf(["kafka", "file", "stdin"]);

const moment = v.pipe(
  v.string("a timestamp"),
  v.transform(momentOf),
  v.custom<Moment>((found) => found !== undefined, "a timestamp"),
);

/** A `SourcePartition`, as `latest_partition.sql` and its like give it. */
export const PARTITION = {
  id: integer,
  kind: KIND,
  source: text,
  partition: integer,
  nextPosition: integer,
  watermark: nullable(moment),
  digest: nullable(text),
  forgottenPosition: integer,
  topicId: nullable(text),
  windowBase: integer,
};

function momentOf(text: string): Moment | undefined {
  const bytes = new TextEncoder().encode(text);
  const moment = { seconds: 0, micros: 0 };
  return readTimestamp(bytes, 0, bytes.length, moment) ? moment : undefined;
}
