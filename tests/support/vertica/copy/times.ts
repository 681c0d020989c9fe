/** Dates and times in ISO's form, read from bytes: `2022-10-01 00:33:12.5`, also with a `T`. */

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A date of the years 0001 to 9999. */
export function isDate(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 10 || bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d) return false;
  const year = number(bytes, start, 4);
  const month = number(bytes, start + 5, 2);
  const day = number(bytes, start + 8, 2);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 2 && isLeap ? 29 : DAYS[month - 1]!);
}

/** `HH:MM`, perhaps seconds and up to 6 digits of them. */
export function isTime(
  bytes: Uint8Array,
  start: number,
  end: number,
  hasZone: boolean,
): boolean {
  if (!(number(bytes, start, 2) <= 23 && bytes[start + 2] === 0x3a)) return false;
  if (!(number(bytes, start + 3, 2) <= 59)) return false;
  let at = start + 5;
  if (bytes[at] === 0x3a && at < end) {
    if (!(number(bytes, at + 1, 2) <= 59)) return false;
    at += 3;
    if (bytes[at] === 0x2e && at < end) {
      const first = ++at;
      while (at < end && isDigit(bytes[at]!)) at++;
      if (at === first || at - first > 6) return false;
    }
  }
  return at === end || (at < end && hasZone && isZone(bytes, at, end));
}

/** A date, perhaps with a time after a space or a `T`, perhaps with a zone. */
export function isTimestamp(
  bytes: Uint8Array,
  start: number,
  end: number,
  hasZone: boolean,
): boolean {
  if (!isDate(bytes, start, Math.min(end, start + 10))) return false;
  if (end === start + 10) return true;
  const between = bytes[start + 10];
  return (between === 0x20 || between === 0x54) && isTime(bytes, start + 11, end, hasZone);
}

/** `Z`, `+03` or `+03:00`. */
function isZone(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length === 1) return bytes[start] === 0x5a;
  if (bytes[start] !== 0x2b && bytes[start] !== 0x2d) return false;
  if (!(number(bytes, start + 1, 2) <= 14)) return false;
  return length === 3 ||
    (length === 6 && bytes[start + 3] === 0x3a && number(bytes, start + 4, 2) <= 59);
}

/** NaN where they are no digits, which no comparison holds for. */
function number(bytes: Uint8Array, start: number, length: number): number {
  let value = 0;
  for (let i = start; i < start + length; i++) {
    const byte = bytes[i];
    if (byte === undefined || !isDigit(byte)) return NaN;
    value = value * 10 + byte - 0x30;
  }
  return value;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
