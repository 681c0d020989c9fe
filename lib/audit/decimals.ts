/** Exact decimals: rounding half away from zero, as the contract has it (section 6). Pure. */

/** A decimal number as a whole one and how many of its digits are decimals. */
interface Scaled {
  digits: bigint;
  decimals: number;
}

/** Whether two decimals are equal, however many zeros they are written with. */
export function sameDecimal(one: string, other: string): boolean {
  const [left, right] = [scaled(one), scaled(other)];
  const decimals = Math.max(left.decimals, right.decimals);
  return widened(left, decimals) === widened(right, decimals);
}

/** A decimal with so many decimals, rounded half away from zero. */
export function roundedTo(text: string, decimals: number): string {
  const { digits, decimals: has } = scaled(text);
  return rounded(digits, 10n ** BigInt(has), decimals);
}

/** ROUND(amounts * rate / 100, 2): minor units of a currency in dollars. */
export function dollarsOf(amountSum: bigint, rate: string): string {
  const { digits, decimals } = scaled(rate);
  return rounded(amountSum * digits, 10n ** BigInt(decimals + 2), 2);
}

/** ROUND(count / parts, 4). */
export function perPart(count: number, parts: number): string {
  return rounded(BigInt(count), BigInt(parts), 4);
}

/** A quotient with so many decimals, rounded half away from zero; a zero has no sign. */
function rounded(dividend: bigint, divisor: bigint, decimals: number): string {
  const size = (dividend < 0n ? -dividend : dividend) * 10n ** BigInt(decimals);
  const digits = ((2n * size + divisor) / (2n * divisor)).toString().padStart(decimals + 1, "0");
  const text = `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return dividend < 0n && /[1-9]/.test(text) ? `-${text}` : text;
}

function scaled(text: string): Scaled {
  const [whole = "", fraction = ""] = text.split(".");
  return { digits: BigInt(whole + fraction), decimals: fraction.length };
}

function widened({ digits, decimals }: Scaled, to: number): bigint {
  return digits * 10n ** BigInt(to - decimals);
}
