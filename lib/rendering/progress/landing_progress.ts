/** How far a landing is: messages, their pace, how many wait, and how long they take. */
import type { Commit, Totals } from "../../landing/partition_lander.ts";
import { Pace } from "../../runtime/pace.ts";
import { type Line, lineOf, Progress, type ProgressContext } from "../../runtime/progress.ts";
import { counted } from "../../runtime/words.ts";
import { leftText, secondsLeft, sizeText } from "./measures.ts";

/** What is still to be landed; each undefined where nobody knows. */
export interface Unlanded {
  /** Messages of the partitions that are landed here. */
  messages?: number | undefined;
  /** Bytes of a file, as they are on the disk. */
  bytes?: { read: number; of: number } | undefined;
}

export class LandingProgress extends Progress {
  readonly #messages: Pace;
  readonly #bytes: Pace;
  /** Of a file, which may be compressed. */
  readonly #read: Pace;
  #unlanded: () => Unlanded = () => ({});
  #saidOf = 0;

  /** @param clock milliseconds @default performance.now */
  constructor(context: ProgressContext, clock?: () => number) {
    super(context, clock);
    this.#messages = new Pace(this.clock);
    this.#bytes = new Pace(this.clock);
    this.#read = new Pace(this.clock);
  }

  /** The source is open. @param unlanded asks it */
  readonly onSource = (unlanded: () => Unlanded): void => {
    this.#unlanded = unlanded;
  };

  readonly onProgress = ({ messages_read }: Totals, { bytes }: Commit): void => {
    this.#messages.add(messages_read - this.#messages.sum);
    this.#bytes.add(bytes);
    this.changed();
  };

  protected lines(): Line[] {
    const { messages: lag } = this.#left();
    const read = this.#messages.sum;
    return [lineOf([
      counted(read, "message"),
      `${Math.round(this.#messages.perSecond)}/s`,
      `${speedText(this.#bytes.perSecond)}`,
      lag === undefined ? undefined : `lag ${lag}`,
      this.#timeText(),
    ])];
  }

  /** A resident stream that has nothing to do says nothing. */
  protected said() {
    const { messages: lag } = this.#left();
    const read = this.#messages.sum;
    if (read === this.#saidOf && (lag ?? 0) === 0) return [];
    this.#saidOf = read;
    return [{
      text: "Landing",
      fields: {
        messages: read,
        per_second: Math.round(this.#messages.perSecond),
        mb_per_second: Math.round(this.#bytes.perSecond / 1e5) / 10,
        lag,
        seconds_left: this.#secondsLeft(),
      },
    }];
  }

  #left(): Unlanded {
    const left = this.#unlanded();
    if (left.bytes !== undefined) this.#read.add(left.bytes.read - this.#read.sum);
    return left;
  }

  #timeText(): string | undefined {
    const { messages, bytes } = this.#left();
    return bytes === undefined
      ? leftText(this.#messages, messages)
      : leftText(this.#read, bytes.of - bytes.read);
  }

  #secondsLeft(): number | undefined {
    const { messages, bytes } = this.#left();
    return bytes === undefined
      ? secondsLeft(this.#messages, messages)
      : secondsLeft(this.#read, bytes.of - bytes.read);
  }
}

/** Messages are small: a slow stream would be 0 MB/s. */
function speedText(bytesPerSecond: number): string {
  return bytesPerSecond < 1e6
    ? `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`
    : `${sizeText(bytesPerSecond)}/s`;
}
