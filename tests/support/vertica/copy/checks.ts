/**
 * What COPY takes for a value of each type (SQL reference, Data types). Only the forms that drivers
 * and dumps write are known: others, such as a timestamp in words, are rejected rows here.
 */
import { shownType, TYPES, type TypeSpec } from "../types.ts";
import { isDate, isTime, isTimestamp } from "./times.ts";
import type { Slot } from "./slot.ts";

/**
 * Looks at a value, and makes it one that PostgreSQL reads. Returns why it is none, up to the column,
 * which the caller names; undefined for a good one.
 */
export type Check = (slot: Slot) => string | undefined;

export interface CheckOptions {
  /** A value that is too long rejects the row; else it is cut. */
  enforceLength: boolean;
}

export function checkOf(type: TypeSpec, options: CheckOptions): Check {
  switch (type.base) {
    case "integer":
      return format("integer", checkInteger);
    case "numeric":
      return checkNumeric(type);
    case "uuid":
      return format("uuid", (slot) => isUuid(slot.bytes, slot.start, slot.end));
    case "boolean":
      return format("boolean", checkBoolean);
    case "date":
      return format("date", (slot) => isDate(slot.bytes, slot.start, slot.end));
    case "time":
      return format("time", (slot) => isTime(slot.bytes, slot.start, slot.end, false));
    case "timestamp":
      return format("timestamp", (slot) => isTimestamp(slot.bytes, slot.start, slot.end, false));
    case "timestamptz":
      return format("timestamp", (slot) => isTimestamp(slot.bytes, slot.start, slot.end, true));
    case "float":
      return format("float", (slot) => FLOAT.test(slot.text()));
    case "char":
    case "varchar":
    case "long varchar":
      return checkText(type, options);
    default:
      return () => `The test server does not load the type ${TYPES[type.base].shown}`;
  }
}

const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)$/i;

/** A check of a value without spaces around it; an empty one is none. */
function format(name: string, isGood: (slot: Slot) => boolean): Check {
  return (slot) => {
    slot.trim();
    return isGood(slot) ? undefined : `Invalid ${name} format '${slot.text()}'`;
  };
}

/** The digits of 2^63 - 1 and of 2^63, which below zero is Vertica's NULL. */
const GREATEST = 9223372036854775807n;

function checkInteger(slot: Slot): boolean {
  const { bytes, end } = slot;
  let at = slot.start;
  if (bytes[at] === 0x2d || bytes[at] === 0x2b) at++;
  const digits = end - at;
  if (digits < 1 || !isDigits(bytes, at, end)) return false;
  if (digits < 19) return true;
  const value = BigInt(slot.text());
  if (value === -GREATEST - 1n) slot.isNull = true;
  return value <= GREATEST && value >= -GREATEST - 1n;
}

function checkNumeric(type: TypeSpec): Check {
  const scale = type.scale!;
  const whole = type.precision! - scale;
  const limit = 10n ** BigInt(type.precision!);
  return (slot) => {
    slot.trim();
    const text = slot.text();
    const match = /^[+-]?(\d*)(?:\.(\d*))?$/.exec(text);
    const [integers, decimals = ""] = match?.slice(1) ?? [];
    if (integers === undefined || integers + decimals === "") {
      return `Invalid numeric format '${text}'`;
    }
    if (integers.length <= whole && decimals.length <= scale) return undefined;
    // Half away from zero, as PostgreSQL rounds what it is given.
    const digits = BigInt(integers + decimals.slice(0, scale).padEnd(scale, "0"));
    const rounded = digits + ((decimals[scale] ?? "0") >= "5" ? 1n : 0n);
    return rounded < limit ? undefined : `Value '${text}' is too large for type ${shownType(type)}`;
  };
}

const TRUE = ["t", "true", "y", "yes", "1"];
const FALSE = ["f", "false", "n", "no", "0"];

function checkBoolean(slot: Slot): boolean {
  const text = slot.text().toLowerCase();
  return TRUE.includes(text) || FALSE.includes(text);
}

function isUuid(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 36) return false;
  for (let i = 0; i < 36; i++) {
    const byte = bytes[start + i]!;
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (byte !== 0x2d) return false;
    } else if (!isHex(byte)) return false;
  }
  return true;
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66) ||
    (byte >= 0x41 && byte <= 0x46);
}

function isDigits(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i]! < 0x30 || bytes[i]! > 0x39) return false;
  return true;
}

const strict = new TextDecoder("utf-8", { fatal: true });

function checkText(type: TypeSpec, options: CheckOptions): Check {
  const longest = type.length!;
  return (slot) => {
    const { bytes, start } = slot;
    if (slot.end - start > longest) {
      if (options.enforceLength) {
        return `The ${slot.end - start}-byte value is too long for type ${shownType(type)}`;
      }
      let end = start + longest;
      // No character is cut in two.
      while (end > start && (bytes[end]! & 0xc0) === 0x80) end--;
      slot.end = end;
    }
    let isAscii = true;
    for (let i = start; i < slot.end; i++) {
      if (bytes[i]! >= 0x80) isAscii = false;
      else if (bytes[i] === 0) return "The test server cannot hold a value with the byte 0";
    }
    if (isAscii) return undefined;
    try {
      strict.decode(bytes.subarray(start, slot.end));
      return undefined;
    } catch {
      return "Invalid UTF-8 sequence";
    }
  };
}
