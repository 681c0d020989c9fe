/** Finds object_ids that have more than one row, in a file that is sorted by object_id. */

/** Bytes of a UUID as it is written. */
const ID_BYTES = 36;

/** Objects of a file with more than one row. */
export interface Repeated {
  objects: number;
  /** The first of them by its object_id. */
  example: string;
}

/** Takes the ids of the rows, one after the other. */
export class RepeatedIds {
  #objects = 0;
  #example: string | undefined;
  /** The id of the row before, and the one that is being read. */
  #before = new Uint8Array(ID_BYTES);
  #id = new Uint8Array(ID_BYTES);
  #filled = 0;
  #isCounted = false;

  /** Undefined where each object had one row. */
  get found(): Repeated | undefined {
    if (this.#example === undefined) return undefined;
    return { objects: this.#objects, example: this.#example };
  }

  /** A part of a row's id. */
  take(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; at++) this.#id[this.#filled++] = bytes[at]!;
  }

  /** The id is whole. */
  end(): void {
    this.#filled = 0;
    const id = this.#id;
    const before = this.#before;
    this.#id = before;
    this.#before = id;
    // Compared from the end: in a sorted file the starts are alike.
    for (let at = ID_BYTES - 1; at >= 0; at--) {
      if (id[at] === before[at]) continue;
      this.#isCounted = false;
      return;
    }
    if (this.#isCounted) return;
    this.#isCounted = true;
    this.#objects++;
    this.#example ??= new TextDecoder().decode(id);
  }
}
