/**
 * ENFORCELENGTH, which has COPY refuse a string that is too long, and not cut it.
 *
 * No page says whether it can be combined with a parser that is not the server's own (Vertica
 * documentation, "COPY option parser dependencies", lists the others alone). Where a server does
 * not take the statement, it is said without: FCSVPARSER refuses by itself what is too long (its
 * public source, FlexTable `src/Csv.cpp`), which `doctor --trial` tries as well. Where it cuts all
 * the same, with the word or without, a load finds that (vertica/changed_strings.ts).
 */

/** SQLSTATEs of what a server cannot read, or has not. */
export const NOT_TAKEN = /^(42|0A)/;

/** The statement without it. */
export function withoutLength(copy: string): string {
  return copy.replace(/^ENFORCELENGTH\n/m, "");
}
