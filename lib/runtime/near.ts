/** Words that somebody may have meant. */

/** Of more changes than this share of a word nobody thinks when they see it. */
const MOST_CHANGED = 0.3;

/** The nearest of the words; undefined where none is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const [best] = words.map((other) => ({ other, changes: changesBetween(word, other) }))
    .filter(({ other, changes }) => changes <= Math.max(word.length, other.length) * MOST_CHANGED)
    .toSorted((a, b) => a.changes - b.changes);
  return best?.other;
}

/** Letters to put in, take out, replace or swap with the next (optimal string alignment). */
export function changesBetween(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      next[j] = Math.min(
        last[j]! + 1,
        next[j - 1]! + 1,
        last[j - 1]! + (isSame ? 0 : 1),
        isSwap ? before[j - 2]! + 1 : Infinity,
      );
    }
    [before, last] = [last, next];
  }
  return last[to.length]!;
}
