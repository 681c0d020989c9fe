/** The keys that somebody asks for, found by their bytes. */
import { unescape } from "./json_text.ts";

/** Finds the slot of a key by its bytes; keys of one length are few. */
export class KeyTable {
  readonly #byLength: { bytes: Uint8Array; slot: number }[][] = [];
  readonly #byName = new Map<string, number>();

  constructor(names: readonly string[], readonly firstSlot: number) {
    names.forEach((name, index) => {
      const bytes = new TextEncoder().encode(name);
      (this.#byLength[bytes.length] ??= []).push({ bytes, slot: firstSlot + index });
      this.#byName.set(name, firstSlot + index);
    });
  }

  find(bytes: Uint8Array, from: number, to: number, escaped: boolean): number {
    if (escaped) return this.#byName.get(unescape(bytes, from, to)) ?? -1;
    const candidates = this.#byLength[to - from];
    if (candidates === undefined) return -1;
    for (let i = 0; i < candidates.length; i++) {
      const candidate = candidates[i]!;
      const name = candidate.bytes;
      let at = 0;
      while (at < name.length && name[at] === bytes[from + at]) at++;
      if (at === name.length) return candidate.slot;
    }
    return -1;
  }
}
