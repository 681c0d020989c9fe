/**
 * Random numbers that depend only on a key, so that anything made from them can be made again by
 * itself.
 */

/** A stream of random numbers. */
export interface Random {
  /** The next 32 bits, as an unsigned number. */
  next(): number;
  /** A whole number from `low` to `high`, both included; `high - low` is below 2^32. */
  between(low: number, high: number): number;
  /** True in `share` of all cases. */
  chance(share: number): boolean;
  /** One of some. */
  pick<T>(some: readonly T[]): T;
}

/**
 * sfc32 (Doty-Humphrey, PractRand), begun as its author does with three words of key. Different
 * keys give different streams.
 *
 * @param seed a whole number from 0 to 2^53 - 1
 * @param day and `index` are taken as 32 bits
 */
export function randomOf(seed: number, day: number, index: number): Random {
  let a = seed | 0;
  let b = day | 0;
  let c = index | 0;
  // The counter takes the bits of the seed beyond the first 32.
  let counter = (1 + Math.floor(seed / 2 ** 32)) | 0;
  const next = () => {
    const word = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21 | c >>> 11) + word) | 0;
    return word >>> 0;
  };
  for (let round = 0; round < 12; round++) next();
  const below = (count: number) => Math.floor(next() / 2 ** 32 * count);
  return {
    next,
    between: (low, high) => low + below(high - low + 1),
    chance: (share) => next() < share * 2 ** 32,
    pick: (some) => some[below(some.length)]!,
  };
}

const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** A random UUID (RFC 9562, version 4). */
export function uuidOf(random: Random): string {
  const [a, b, c, d] = [random.next(), random.next(), random.next(), random.next()];
  const version = b & 0xffff0fff | 0x4000;
  const variant = c & 0x3fffffff | 0x80000000;
  return `${pair(a >>> 16)}${pair(a)}-${pair(version >>> 16)}-${pair(version)}` +
    `-${pair(variant >>> 16)}-${pair(variant)}${pair(d >>> 16)}${pair(d)}`;
}

function pair(word: number): string {
  return BYTES[word >>> 8 & 0xff]! + BYTES[word & 0xff]!;
}
