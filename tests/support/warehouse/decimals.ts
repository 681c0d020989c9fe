/** Exact decimals, to compare a database's with. */

/** Half away from zero. */
export function divide(dividend: bigint, divisor: bigint): bigint {
  const [sign, size] = dividend < 0n ? [-1n, -dividend] : [1n, dividend];
  return sign * ((2n * size + divisor) / (2n * divisor));
}

/** Units of the last place as a decimal. */
export function decimal(units: bigint, places: number): string {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
