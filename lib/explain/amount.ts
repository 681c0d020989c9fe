/** The mart's formula (contract, section 6): ROUND(sum * rate / 100, 2), half away from zero. Pure. */

/** Decimals of a rate. */
const RATE_DECIMALS = 6;
/** A millionth of a minor unit is the last digit of sum * rate; a cent of a dollar is so many. */
const CENT = 10n ** BigInt(RATE_DECIMALS);

/**
 * US dollars, with two decimals.
 *
 * @param amountSum minor units of the currency, a whole number
 * @param rate how many dollars one unit is worth, with six decimals
 */
export function dollarsOf(amountSum: string, rate: string): string {
  const exact = BigInt(amountSum) * BigInt(rate.replace(".", ""));
  const size = exact < 0n ? -exact : exact;
  const cents = (size + CENT / 2n) / CENT;
  const digits = String(cents).padStart(3, "0");
  const sign = exact < 0n && cents > 0n ? "-" : "";
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
