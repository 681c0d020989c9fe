/** Small readings of JSON text that the scanner has proven. */

/** The characters of a string that was scanned and has escapes. */
export function unescape(bytes: Uint8Array, from: number, to: number): string {
  return JSON.parse(`"${new TextDecoder().decode(bytes.subarray(from, to))}"`);
}

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
