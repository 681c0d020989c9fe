/** The value of a field while its row is looked at: a place in bytes, or NULL. */

const decoder = new TextDecoder();

export class Slot {
  bytes: Uint8Array = new Uint8Array();
  start = 0;
  end = 0;
  isNull = false;

  set(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.isNull = false;
  }

  /** The value as text, for a message. */
  text(): string {
    return decoder.decode(this.bytes.subarray(this.start, this.end));
  }

  /** Leaves out spaces and tabs at both ends. */
  trim(): void {
    while (this.start < this.end && isBlank(this.bytes[this.start]!)) this.start++;
    while (this.end > this.start && isBlank(this.bytes[this.end - 1]!)) this.end--;
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}
