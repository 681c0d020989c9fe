/**
 * Values of a COPY: whether a type takes a text, by Vertica's rules (documentation, "Data types"), and
 * the text that PostgreSQL is given for it. Dates and times are taken in ISO's forms only.
 */
import { Buffer, isUtf8 } from "node:buffer";
import { unknown } from "../errors.ts";
import { typeText, type VerticaType } from "../types.ts";

/** A value that is taken; null for NULL. Or why it is not. */
export type Taken = { value: string | null } | { reason: string };

const INTEGER = /^\s*[-+]?\d+\s*$/;
const DECIMAL = /^\s*([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d{1,4}))?\s*$/;
const UUID = /^\s*\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?\s*$/i;
const DATE = /^(\d{4})-(\d\d?)-(\d\d?)$/;
const TIME = /^(\d\d?):(\d\d)(?::(\d\d)(\.\d+)?)?$/;
/** The usual form, with a day that every month has. */
const PLAIN_TIMESTAMP =
  /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8]) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?$/;
const BOOLEANS: Record<string, string> = {
  "t": "t",
  "true": "t",
  "y": "t",
  "yes": "t",
  "1": "t",
  "on": "t",
  "f": "f",
  "false": "f",
  "n": "f",
  "no": "f",
  "0": "f",
  "off": "f",
};
const LEAST = -(2n ** 63n);
const GREATEST = 2n ** 63n - 1n;

/**
 * @param text bytes as Latin-1
 * @param enforceLength whether a string that is too long is refused, not cut
 */
export function takeValue(text: string, type: VerticaType, enforceLength: boolean): Taken {
  switch (type.name) {
    case "int":
      return integer(text);
    case "numeric":
      return decimal(text, type);
    case "float":
      return float(text);
    case "boolean":
      return listed(BOOLEANS[text.trim().toLowerCase()], "boolean", text);
    case "uuid":
      return listed(UUID.test(text) ? text.trim() : undefined, "uuid", text);
    case "date":
      return listed(dateOf(text.trim()), "date", text);
    case "timestamp":
      return listed(timestampOf(text.trim()), "timestamp", text);
    case "time":
      return listed(timeOf(text.trim()), "time", text);
    case "char":
    case "varchar":
    case "long varchar":
      return string(text, type, enforceLength);
    default:
      throw unknown(`COPY into columns of type ${type.name}`);
  }
}

/**
 * The same by FCSVPARSER (its source, of 2015: vertica/FlexTable, `src/Csv.cpp`): a string that is too long
 * is refused whatever the statement says, -2^63 too, and a time with a zone is converted to the session's,
 * which is UTC here.
 *
 * @param cuts whether a string that is too long is cut, whatever the statement says
 */
export function takeCsvValue(text: string, type: VerticaType, cuts: boolean): Taken {
  const taken = takeValue(text, type, !cuts);
  if (type.name === "int" && "value" in taken && taken.value === null) {
    return invalid("integer", text);
  }
  if (type.name !== "timestamp" || "value" in taken) return taken;
  const inUtc = utcOf(text.trim());
  return inUtc === undefined ? taken : { value: inUtc };
}

/** A timestamp with an offset, without it. */
function utcOf(text: string): string | undefined {
  const [, local, hours, minutes = "00"] = /^(.*\d) ?(Z|[-+]\d\d?)(?::?(\d\d))?$/.exec(text) ?? [];
  const stamp = local === undefined ? undefined : timestampOf(local);
  if (stamp === undefined || Number(minutes) > 59) return undefined;
  const offset = hours === "Z" ? "+00" : hours!.replace(/([-+])(\d)$/, "$10$2");
  try {
    const instant = Temporal.Instant.from(`${stamp.replace(" ", "T")}${offset}:${minutes}`);
    return instant.toZonedDateTimeISO("UTC").toPlainDateTime().toString().replace("T", " ");
  } catch {
    return undefined;
  }
}

/** -2^63 is NULL. */
function integer(text: string): Taken {
  if (!INTEGER.test(text)) return invalid("integer", text);
  const short = text.trim();
  if (short.length < 18) return { value: short };
  const number = BigInt(short.replace("+", ""));
  if (number < LEAST || number > GREATEST) return invalid("integer", text);
  return { value: number === LEAST ? null : String(number) };
}

/** Digits beyond the scale are rounded; before the point there is room for precision - scale. */
function decimal(text: string, { precision = 37, scale = 15 }: VerticaType): Taken {
  const [, sign, whole = "", fraction = "", exponent = "0"] = DECIMAL.exec(text) ?? [];
  if (sign === undefined || whole + fraction === "") return invalid("numeric", text);
  const shift = Number(exponent) + scale;
  if (Math.abs(shift) > 2048) return invalid("numeric", text);
  const digits = whole + fraction;
  const point = whole.length + shift;
  const kept = BigInt(digits.slice(0, Math.max(0, point)).padEnd(Math.max(0, point), "0") || "0");
  const isUp = point >= 0 && /^[5-9]/.test(digits.slice(point));
  const units = isUp ? kept + 1n : kept;
  if (units >= 10n ** BigInt(precision)) return invalid("numeric", text);
  const padded = String(units).padStart(scale + 1, "0");
  const split = padded.length - scale;
  const value = scale === 0 ? padded : `${padded.slice(0, split)}.${padded.slice(split)}`;
  return { value: (sign === "-" && units !== 0n ? "-" : "") + value };
}

function float(text: string): Taken {
  const short = text.trim();
  if (/^[-+]?(inf|infinity|nan)$/i.test(short)) return { value: short };
  const isNumber = DECIMAL.test(short) && Number.isFinite(Number(short)) && short !== "";
  return isNumber ? { value: short } : invalid("float", text);
}

function string(text: string, type: VerticaType, enforceLength: boolean): Taken {
  // deno-lint-ignore no-control-regex
  const isPlain = /^[\x01-\x7f]*$/.test(text);
  if (!isPlain && text.includes("\0")) throw unknown("COPY of NUL characters");
  const bytes = isPlain ? undefined : Buffer.from(text, "latin1");
  if (bytes !== undefined && !isUtf8(bytes)) return { reason: "Invalid UTF-8" };
  const length = type.length!;
  if (text.length <= length) return { value: bytes?.toString() ?? text };
  if (enforceLength) {
    const name = typeText(type).replace(/^./, (first) => first.toUpperCase());
    return { reason: `The ${text.length}-byte value is too long for type ${name},` };
  }
  if (bytes === undefined) return { value: text.slice(0, length) };
  let end = length;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return { value: bytes.toString("utf8", 0, end) };
}

/** ISO, as PostgreSQL reads it too; a day that there is. */
function dateOf(text: string): string | undefined {
  const [, year, month, day] = DATE.exec(text)?.map(Number) ?? [];
  if (year === undefined || year === 0 || month! < 1 || month! > 12 || day! < 1) return undefined;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month! - 1]!;
  return day! <= days ? text : undefined;
}

function timeOf(text: string): string | undefined {
  const [, hours, minutes, seconds = 0] = TIME.exec(text)?.map(Number) ?? [];
  if (hours === undefined || hours > 23 || minutes! > 59 || seconds > 59) return undefined;
  return text;
}

function timestampOf(text: string): string | undefined {
  if (PLAIN_TIMESTAMP.test(text)) return text;
  const at = text.search(/[T ]/);
  if (at < 0) return dateOf(text);
  const date = dateOf(text.slice(0, at));
  const time = timeOf(text.slice(at + 1).trimStart());
  return date === undefined || time === undefined ? undefined : `${date} ${time}`;
}

function listed(value: string | undefined, type: string, text: string): Taken {
  return value === undefined ? invalid(type, text) : { value };
}

function invalid(type: string, text: string): Taken {
  return { reason: `Invalid ${type} format '${readable(text)}'` };
}

/** Bytes for a person, and for a column of PostgreSQL's. */
export function readable(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8").replaceAll("\0", "\ufffd");
}
