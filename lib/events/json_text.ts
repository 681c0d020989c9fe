/** Small readings of JSON text that the scanner has proven. */

/** A byte order mark is a character of the string, as any other. */
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The characters of a string that was scanned and has escapes. */
export function unescape(bytes: Uint8Array, from: number, to: number): string {
  return JSON.parse(`"${utf8.decode(bytes.subarray(from, to))}"`);
}

const HEX_DIGITS = new Int8Array(256).map((_, byte) => {
  const digit = "0123456789abcdef".indexOf(String.fromCharCode(byte).toLowerCase());
  return byte < 0x80 ? digit : -1;
});

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(byte: number): number {
  return HEX_DIGITS[byte]!;
}
