/** Whoever takes the messages of records. */

export interface ValueSink {
  /** Takes no more now. */
  readonly isFull: boolean;
  /** Resolves when there is room again, or with false where nothing more is wanted. */
  room(): Promise<boolean>;
  /** A message: the bytes `from` to `to`, which are there up to the next {@link settle}. */
  add(bytes: Uint8Array, from: number, to: number, offset: number, timestamp: number): void;
  /** A message whose value is null. */
  addNull(offset: number, timestamp: number): void;
  /** The bytes that were given are another's from now on. */
  settle(): void;
  /** A message that comes in pieces, which follow. */
  begin(length: number): void;
  /** A piece of it: the bytes `from` to `to`. */
  piece(bytes: Uint8Array, from: number, to: number): void;
  /** Its end. */
  finish(offset: number, timestamp: number): void;
}

/** Takes all and does nothing, so that records can be checked before the first of them is taken. */
export const NOWHERE: ValueSink = {
  isFull: false,
  room: () => Promise.resolve(true),
  add() {},
  addNull() {},
  settle() {},
  begin() {},
  piece() {},
  finish() {},
};
