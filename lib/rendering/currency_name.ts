/**
 * Names of currencies. The source's codes are not those of ISO 4217: a name stands here only where the
 * contract says it (section 7).
 */
const NAMES: Readonly<Record<number, string>> = { 420: "USD" };

/** Its alphabetic code; undefined where none is known. */
export function currencyName(code: number): string | undefined {
  return NAMES[code];
}
