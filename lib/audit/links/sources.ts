/** What holds of a source partition: each of its messages ended in one of four places. */
import { DATASET_NAMES, type DatasetName } from "../../events/dataset.ts";
import type { Finding, SourceLink } from "../difference.ts";
import type { SourceBook } from "../facts.ts";

const CHANGED = "the counters of the source partition were changed";

const messages: SourceLink = {
  name: "messages",
  sides: ["messages read", "transactions, currencies, rejected and duplicates"],
  find({ counters }) {
    if (counters === undefined) return [];
    const { messagesRead, transactions, currencies, rejected, duplicates } = counters;
    const sum = transactions + currencies + rejected + duplicates;
    return messagesRead === sum ? [] : [{ left: messagesRead, right: sum, cause: CHANGED }];
  },
};

function rowsOf(dataset: DatasetName): SourceLink {
  return {
    name: `source_${dataset}`,
    sides: [`${dataset} landed, by the counters`, `${dataset} landed, by landed_days`],
    find: ({ counters, landed }) => compared(counters?.[dataset], landed[dataset], "landed_days"),
  };
}

const rejected: SourceLink = {
  name: "source_rejected",
  sides: ["messages rejected, by the counters", "messages in stg.rejected"],
  find: (book: SourceBook) => compared(book.counters?.rejected, book.rejected, "stg.rejected"),
};

function compared(left: number | undefined, right: number, where: string): Finding[] {
  if ((left ?? 0) === right) return [];
  const cause = left === undefined
    ? `the counters of the source partition were removed, or ${where} changed`
    : `${CHANGED}, or ${where} was`;
  return [{ left: left ?? null, right, cause }];
}

export const SOURCE_LINKS: readonly SourceLink[] = [
  messages,
  ...DATASET_NAMES.map(rowsOf),
  rejected,
];
