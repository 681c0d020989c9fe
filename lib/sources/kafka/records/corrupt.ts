/** Records that are not what their format says. */

/** Why records cannot be read; whose they are is for the reader of the batch to say. */
export class CorruptRecords extends Error {
  override readonly name = "CorruptRecords";
}

/**
 * A batch that ends beyond the watermark of its own answer. A broker takes the watermark before it
 * reads, and reads what was appended meanwhile: fetched anew it is below, unless its offset is damaged.
 */
export class BeyondWatermark extends CorruptRecords {}
