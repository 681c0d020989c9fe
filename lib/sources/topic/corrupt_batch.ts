/** A batch of a topic that is not what its format says. */
export class CorruptBatch extends Error {
  override readonly name = "CorruptBatch";

  /**
   * @param from the offset that could not be read
   * @param to where, as far as can be told, the next batch begins
   * @param reason what is wrong, of "the batch"
   */
  constructor(
    readonly from: number,
    readonly to: number,
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`The batch of the offsets ${from} to ${to - 1} is corrupt: ${reason}`, { cause });
  }
}
