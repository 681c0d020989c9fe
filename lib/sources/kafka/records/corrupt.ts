/** Records that are not what their format says. */

/** Why records cannot be read. The reader of the batch adds which batch it is. */
export class CorruptRecords extends Error {
  override readonly name = "CorruptRecords";
}

/**
 * A batch that ends beyond the watermark of its own answer. A broker takes the watermark before it
 * reads, and reads what was appended meanwhile: fetched again, it is below the watermark, unless
 * its offset is damaged.
 */
export class BeyondWatermark extends CorruptRecords {}
