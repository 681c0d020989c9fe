/**
 * The window of one source partition with its watermark: says of each version whether it is landed
 * or is a duplicate, and moves on with what is landed (contract, section 2). Pure.
 */
import { DedupWindow } from "./dedup_window.ts";
import { type Moment, readTimestamp } from "./values.ts";
import { VersionHasher } from "./version_hash.ts";

/** The watermark's distance from the greatest sent time, in milliseconds, unless told otherwise. */
export const DEFAULT_WATERMARK = 5 * 60 * 1000;

/** A version as the window needs it. */
export interface JudgedVersion {
  /** 0 for a transaction, 1 for a currency. */
  type: number;
  /** object_id: 36 characters from `idFrom`. */
  id: Uint8Array;
  idFrom: number;
  sent: Moment;
  /** The payload's characters. */
  payload: Uint8Array;
  payloadFrom: number;
  payloadTo: number;
}

export class PartitionWindow {
  readonly #versions: DedupWindow;
  readonly #hasher = new VersionHasher();
  readonly #delay: Moment;
  /** Valid where `#hasWatermark`. */
  readonly #watermark: Moment = { seconds: 0, micros: 0 };
  #hasWatermark = false;
  readonly #firstForgotten: number;
  readonly #base: number;

  /**
   * @param delay milliseconds between the greatest sent time and the watermark
   * @param stored watermark and last forgotten position as they were committed; and what is added to
   * positions, where a topic was recreated, so that they grow
   */
  constructor(
    delay: number,
    stored: { watermark: Moment | null; forgottenPosition: number; windowBase?: number },
    capacity?: number,
  ) {
    this.#versions = new DedupWindow(capacity);
    this.#delay = { seconds: Math.floor(delay / 1000), micros: (delay % 1000) * 1000 };
    this.#firstForgotten = stored.forgottenPosition;
    this.#base = stored.windowBase ?? 0;
    if (stored.watermark !== null) this.#setWatermark(stored.watermark);
  }

  /** A copy of the watermark that the versions so far left; null before the first. */
  get watermark(): Moment | null {
    return this.#hasWatermark ? { ...this.#watermark } : null;
  }

  /** Versions remembered now. */
  get size(): number {
    return this.#versions.size;
  }

  /** Versions forgotten since this window was made. */
  get forgotten(): number {
    return this.#versions.forgotten;
  }

  /** Position of the version forgotten last, also in a run before; -1 for none. */
  get forgottenPosition(): number {
    return Math.max(this.#firstForgotten, this.#versions.lastForgotten);
  }

  /** Remembers a version that was landed before, its position with what was added; the watermark stays. */
  restore(version: JudgedVersion, position: number): void {
    this.#remember(version, position);
  }

  /**
   * True where the version is to be landed, false where it is a duplicate.
   *
   * @param horizon a version sent later does not move the watermark: its clock is wrong
   */
  admit(version: JudgedVersion, position: number, horizon: Moment): boolean {
    const { sent } = version;
    if (this.#hasWatermark && isBefore(sent, this.#watermark)) return true;
    if (!this.#remember(version, position + this.#base)) return false;
    if (!isBefore(horizon, sent)) this.#moveTo(sent);
    return true;
  }

  #remember(version: JudgedVersion, position: number): boolean {
    const hasher = this.#hasher;
    hasher.begin(version.type, version.id, version.idFrom, version.sent);
    hasher.end(version.payload, version.payloadFrom, version.payloadTo);
    return this.#versions.admit(hasher.low, hasher.high, version.sent, position);
  }

  #moveTo(sent: Moment): void {
    const watermark = subtract(sent, this.#delay);
    if (!this.#hasWatermark || isBefore(this.#watermark, watermark)) this.#setWatermark(watermark);
  }

  #setWatermark({ seconds, micros }: Moment): void {
    this.#watermark.seconds = seconds;
    this.#watermark.micros = micros;
    this.#hasWatermark = true;
    this.#versions.advance(this.#watermark);
  }
}

function isBefore(a: Moment, b: Moment): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.micros < b.micros);
}

/** Never before 0001-01-01, where nothing is sent. */
function subtract(moment: Moment, delay: Moment): Moment {
  const micros = moment.micros - delay.micros;
  const seconds = moment.seconds - delay.seconds - (micros < 0 ? 1 : 0);
  return seconds < 0
    ? { seconds: 0, micros: 0 }
    : { seconds, micros: micros < 0 ? micros + 1_000_000 : micros };
}

/** The clock's time plus the window's length, beyond which a sent time is a wrong clock's. */
export function horizonOf(now: Temporal.Instant, delay: number): Moment {
  const text = now.add({ milliseconds: delay }).toString({ fractionalSecondDigits: 6 });
  const bytes = new TextEncoder().encode(text.replace("Z", ""));
  const horizon = { seconds: 0, micros: 0 };
  readTimestamp(bytes, 0, bytes.length, horizon);
  return horizon;
}
