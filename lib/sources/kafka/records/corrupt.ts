/** Records that are not what their format says. */

/** Why records cannot be read; whose they are is for the reader of the batch to say. */
export class CorruptRecords extends Error {
  override readonly name = "CorruptRecords";
}
