/** Rows for programs: one JSON array, a row a line, so that neither side has to hold all of it. */

/**
 * The whole array; `[]` where there is no row.
 *
 * @param jsonOf what stands for a row @default the row itself
 */
export async function* jsonArray<Row>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  jsonOf: (row: Row) => unknown = (row) => row,
): AsyncGenerator<string> {
  let before = "[";
  for await (const row of rows) {
    yield `${before}\n${JSON.stringify(jsonOf(row))}`;
    before = ",";
  }
  yield before === "[" ? "[]\n" : "\n]\n";
}
