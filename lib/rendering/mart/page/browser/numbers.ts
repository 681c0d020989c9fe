/** Numbers as the reader's locale writes them. Decimals are texts, which Intl formats exactly. */

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 2 });
const fine = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 4 });
const percent = { style: "percent", maximumFractionDigits: 1 } as const;
const change = new Intl.NumberFormat(undefined, { ...percent, signDisplay: "exceptZero" });
const size = new Intl.NumberFormat(undefined, { ...percent, signDisplay: "never" });
const scaled = new Map<number, Intl.NumberFormat>();

/** A decimal text with all its digits. */
export function exactText(value: string, scale: number): string {
  const format = scaled.get(scale) ?? new Intl.NumberFormat(undefined, {
    minimumFractionDigits: scale,
    maximumFractionDigits: scale,
  });
  scaled.set(scale, format);
  return format.format(value as unknown as number);
}

/** A number in a sentence: 1.2M. */
export function shortText(value: number): string {
  return short.format(value);
}

/** A number on an axis, so that neighbours differ: 1.225, 1.2M. */
export function axisText(value: number): string {
  return fine.format(value);
}

export function wholeText(value: number): string {
  return whole.format(value);
}

/** A share with its sign: +12.5%. */
export function changeText(share: number): string {
  return change.format(share);
}

/** The same where words say which way: 12.5%. */
export function changeSizeText(share: number): string {
  return size.format(share);
}

/** `1 day`, `2 days`. */
export function counted(count: number, noun: string): string {
  return `${whole.format(count)} ${count === 1 ? noun : `${noun}s`}`;
}
