/** The sha256 of all bytes before a border, while the reading is already beyond it. */
import { createHash, type Hash } from "node:crypto";

/** One running hash, copied at borders. */
export class PrefixDigest {
  #hash: Hash = createHash("sha256");
  #marked: Hash = this.#hash.copy();

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** Makes the end of the bytes so far the border. */
  mark(): void {
    this.#marked = this.#hash.copy();
  }

  /** Of the bytes before the border, in hexadecimal. */
  marked(): string {
    return this.#marked.copy().digest("hex");
  }
}
