/**
 * Values in Vertica's binary form, which clients may ask for (vertica-python,
 * vertica/deserializer.py), made from their text form.
 */
import type { Column } from "../engine.ts";

/** Vertica's type oids that have a binary form of their own; all others are sent as their text. */
const ENCODERS: Readonly<Record<number, (text: string, column: Column) => Uint8Array>> = {
  5: (text) => Uint8Array.of(text === "t" ? 1 : 0),
  6: (text) => int64(BigInt(text)),
  7: float,
  10: (text) => int64(julianDay(text)),
  11: (text) => int64(microsOfDay(text)),
  12: (text) => int64(microsSince2000(text)),
  13: (text) => int64(microsSince2000(text)),
  16: numeric,
  17: (text) => bytesOf(text),
  20: (text) => Uint8Array.fromHex(text.replaceAll("-", "")),
  116: (text) => bytesOf(text),
  117: (text) => bytesOf(text),
};

/** @returns undefined where the type's binary form is its text */
export function toBinary(text: string, column: Column): Uint8Array | undefined {
  return ENCODERS[column.oid]?.(text, column);
}

/** Whether a column can be sent in binary form; intervals and times with a zone cannot. */
export function hasBinary({ oid }: Column): boolean {
  return oid in ENCODERS || TEXTUAL.includes(oid);
}

/** CHAR, VARCHAR, LONG VARCHAR. */
const TEXTUAL: readonly number[] = [8, 9, 115];

function int64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value);
  return bytes;
}

function float(text: string): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, Number(text));
  return bytes;
}

/** The number without its point, in as many 8-byte words as its precision asks for. */
function numeric(text: string, column: Column): Uint8Array {
  const precision = (column.modifier - 4) >> 16 & 0xffff;
  const scale = (column.modifier - 4) & 0xff;
  const [, sign, whole = "", fraction = ""] = /^(-?)(\d*)\.?(\d*)$/.exec(text) ?? [];
  const digits = BigInt(`${sign}${whole}${fraction.padEnd(scale, "0").slice(0, scale)}`);
  const bytes = new Uint8Array((Math.floor(precision / 19) + 1) * 8);
  let rest = digits;
  for (let i = bytes.length - 1; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

const DAY = 86_400_000_000n;
/** Julian day of 1970-01-01. */
const JULIAN_1970 = 2_440_588n;

function julianDay(text: string): bigint {
  return JULIAN_1970 + BigInt(Date.parse(`${text}T00:00:00Z`)) * 1000n / DAY;
}

function microsOfDay(text: string): bigint {
  const [, hour = "0", minute = "0", second = "0", fraction = ""] =
    /^(\d+):(\d+):(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  const seconds = (BigInt(hour) * 60n + BigInt(minute)) * 60n + BigInt(second);
  return seconds * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
}

/** Of `2024-05-06 07:08:09.123456`, with a zone like `+00` or `-05:30` or none. */
function microsSince2000(text: string): bigint {
  const [date = "", rest = ""] = text.split(" ");
  const days = julianDay(date) - julianDay("2000-01-01");
  const [, sign, hours = "0", minutes = "0"] = /([+-])(\d+)(?::(\d+))?$/.exec(rest) ?? [];
  const offset = (BigInt(hours) * 60n + BigInt(minutes)) * 60_000_000n;
  return days * DAY + microsOfDay(rest) - (sign === "-" ? -offset : offset);
}

/** Of `ab\001\\`: other bytes than printable ASCII as three octal digits. */
function bytesOf(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const octal = /^\\([0-7]{3})/.exec(text.slice(i, i + 4))?.[1];
    if (octal !== undefined) {
      bytes.push(parseInt(octal, 8));
      i += 3;
    } else {
      bytes.push(...new TextEncoder().encode(text[i]!));
      if (text.startsWith("\\\\", i)) i++;
    }
  }
  return Uint8Array.from(bytes);
}
