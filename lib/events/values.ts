/**
 * What each type of field accepts, decided on the bytes (contract, section 1). Pure functions over
 * `bytes[from, to)`, called once a field on the landing path: they return numbers, not objects.
 */
import { hexDigit } from "./json_text.ts";

const ZERO = 0x30;
const MINUS = 0x2d;
/** 2^63 - 1; -2^63 is Vertica's NULL, so the range is symmetric. */
const LARGEST = new TextEncoder().encode("9223372036854775807");
/** Strings of the contract's table hold at most this many bytes of UTF-8. */
export const MAX_TEXT_BYTES = 1000;

/**
 * Reads 8-4-4-4-12 hexadecimal digits of any case into 16 bytes. False where it is anything else; `into`
 * is undefined then.
 */
export function readUuid(bytes: Uint8Array, from: number, to: number, into: Uint8Array): boolean {
  if (to - from !== 36) return false;
  if (
    bytes[from + 8] !== MINUS || bytes[from + 13] !== MINUS ||
    bytes[from + 18] !== MINUS || bytes[from + 23] !== MINUS
  ) return false;
  // Below zero as soon as one digit is none.
  let all = 0;
  let at = from;
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) at++;
    const value = (hexDigit(bytes[at]!) << 4) | hexDigit(bytes[at + 1]!);
    all |= value;
    into[i] = value;
    at += 2;
  }
  return all >= 0;
}

/** A JSON integer (the scanner has proven that) of at most 2^63 - 1 in size. */
export function isInt64(bytes: Uint8Array, from: number, to: number): boolean {
  const digits = bytes[from] === MINUS ? from + 1 : from;
  const length = to - digits;
  if (length !== LARGEST.length) return length < LARGEST.length;
  for (let i = 0; i < length; i++) {
    const difference = bytes[digits + i]! - LARGEST[i]!;
    if (difference !== 0) return difference < 0;
  }
  return true;
}

/** A JSON integer of 0 to 999; `-0` is 0. */
export function isCurrencyCode(bytes: Uint8Array, from: number, to: number): boolean {
  if (bytes[from] === MINUS) return to - from === 2 && bytes[from + 1] === ZERO;
  return to - from <= 3;
}

/** Days before each month in a year that is no leap year. */
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

/** A moment as whole seconds since 0001-01-01T00:00:00 and microseconds. */
export interface Moment {
  seconds: number;
  micros: number;
}

/**
 * Reads `YYYY-MM-DD`, then `T` or a space, `HH:MM:SS`, perhaps a point and 1 to 6 digits: a real
 * date of the years 0001 to 9999. False where it is anything else; `into` is undefined then.
 */
export function readTimestamp(bytes: Uint8Array, from: number, to: number, into: Moment): boolean {
  const length = to - from;
  if (length < 19) return false;
  const separator = bytes[from + 10];
  if (
    bytes[from + 4] !== MINUS || bytes[from + 7] !== MINUS ||
    (separator !== 0x20 && separator !== 0x54) ||
    bytes[from + 13] !== 0x3a || bytes[from + 16] !== 0x3a
  ) return false;
  const year = twoDigits(bytes, from) * 100 + twoDigits(bytes, from + 2);
  const month = twoDigits(bytes, from + 5);
  const day = twoDigits(bytes, from + 8);
  const hour = twoDigits(bytes, from + 11);
  const minute = twoDigits(bytes, from + 14);
  const second = twoDigits(bytes, from + 17);
  // NaN, of something that is no digit, fails each comparison.
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) {
    return false;
  }
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return false;
  const micros = length === 19 ? 0 : readFraction(bytes, from + 19, to);
  if (micros < 0) return false;
  into.seconds = (dayNumber(year, month, day) * 24 + hour) * 3600 + minute * 60 + second;
  into.micros = micros;
  return true;
}

function readFraction(bytes: Uint8Array, from: number, to: number): number {
  const digits = to - from - 1;
  if (bytes[from] !== 0x2e || digits < 1 || digits > 6) return -1;
  let micros = 0;
  for (let i = 1; i <= 6; i++) {
    const digit = i <= digits ? bytes[from + i]! - ZERO : 0;
    if (digit < 0 || digit > 9) return -1;
    micros = micros * 10 + digit;
  }
  return micros;
}

/** The value of two digits, NaN where one is no digit. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - ZERO;
  const ones = bytes[at + 1]! - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysIn(year: number, month: number): number {
  if (month === 2 && isLeap(year)) return 29;
  return DAYS_BEFORE[month]! - DAYS_BEFORE[month - 1]!;
}

/** Days since 0001-01-01 in the proleptic Gregorian calendar. */
function dayNumber(year: number, month: number, day: number): number {
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  const thisLeapDay = month > 2 && isLeap(year) ? 1 : 0;
  return before * 365 + leapDays + DAYS_BEFORE[month - 1]! + thisLeapDay + day - 1;
}

/** A moment in the form of a column: `YYYY-MM-DD HH:MM:SS[.ffffff]`. */
export function formatMoment({ seconds, micros }: Moment): string {
  const base = Date.UTC(2001, 0, 1) - dayNumber(2001, 1, 1) * 86_400_000;
  const whole = new Date(base + seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
  return micros === 0 ? whole : `${whole}.${String(micros).padStart(6, "0")}`;
}

/** A JSON number of at most this many characters can be a rate. */
const MAX_RATE_LENGTH = 100;

/**
 * A rate rounded to 6 decimals, half away from zero, in millionths; undefined where it is not in
 * 0.000001 ... 999999999999.999999 then. Decided on the digits, never on a double.
 *
 * @param text a JSON number
 */
export function rateInMillionths(text: string): bigint | undefined {
  if (text.length > MAX_RATE_LENGTH || text.startsWith("-")) return undefined;
  const [, whole, fraction = "", exponent = "0"] = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
    .exec(text)!;
  const digits = (whole! + fraction).replace(/^0+/, "");
  if (digits === "") return undefined;
  // The value is 0.digits times ten to this power; the exponent may be beyond any number.
  const magnitude = digits.length - fraction.length + Number(exponent);
  if (magnitude > 12 || magnitude < -6) return undefined;
  const kept = magnitude + 6;
  const head = BigInt(digits.slice(0, kept).padEnd(kept, "0") || "0");
  const millionths = (digits[kept] ?? "0") >= "5" ? head + 1n : head;
  return millionths >= 1n && millionths <= 999_999_999_999_999_999n ? millionths : undefined;
}

/** Millionths in the form of a column: 6 decimals. */
export function formatMillionths(millionths: bigint): string {
  const digits = millionths.toString().padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
