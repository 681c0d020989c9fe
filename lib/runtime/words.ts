/** Words of messages that depend on a number. */

/** `1 row`, `2 rows`: a count and its noun. */
export function counted(count: number | bigint, noun: string, plural = `${noun}s`): string {
  return `${count} ${BigInt(count) === 1n ? noun : plural}`;
}
