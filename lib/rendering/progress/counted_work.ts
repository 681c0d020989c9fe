/** How far work is that handles things one after the other: messages, days, checks. */
import { Pace } from "../../runtime/pace.ts";
import { type Line, lineOf, Progress, type ProgressContext } from "../../runtime/progress.ts";
import { counted } from "../../runtime/words.ts";
import { leftText, secondsLeft } from "./measures.ts";

/** Words for the work. */
export interface WorkWords {
  /** How a line begins, as in `Replaying`. */
  verb: string;
  /** What is counted, one of it. */
  noun: string;
  /** As a field of the log. */
  field: string;
}

export class CountedWork extends Progress {
  readonly #words: WorkWords;
  readonly #of: number | undefined;
  readonly #pace: Pace;
  readonly #begunAt: number;
  /** What it is at now. */
  #at: string | undefined;

  /**
   * @param options.of how many there are, if anybody knows
   * @param options.clock milliseconds @default performance.now
   */
  constructor(
    context: ProgressContext,
    words: WorkWords,
    options: { of?: number | undefined; clock?: () => number } = {},
  ) {
    super(context, options.clock);
    this.#words = words;
    this.#of = options.of;
    this.#begunAt = this.clock();
    this.#pace = new Pace(this.clock);
  }

  /** @param sum how many are done by now @param at what the work is at */
  done(sum: number, at?: string): void {
    this.#pace.add(sum - this.#pace.sum);
    this.#at = at;
    this.changed();
  }

  protected lines(): Line[] {
    const { verb, noun } = this.#words;
    const { sum, perSecond } = this.#pace;
    const of = this.#of === undefined ? "" : ` of ${this.#of}`;
    const done = this.#of === undefined ? counted(sum, noun) : `${sum}${of} ${noun}s`;
    const at = this.#at === undefined ? "" : ` ${this.#at}`;
    return [[
      ...lineOf([
        `${verb}${at}: ${done}`,
        `${Math.round(perSecond)}/s`,
        leftText(this.#pace, this.#left),
      ]),
      done,
    ]];
  }

  protected said() {
    const seconds = Math.round((this.clock() - this.#begunAt) / 1000);
    if (seconds === 0) return [];
    const { verb, noun, field } = this.#words;
    return [{
      text: `${verb} ${noun}s`,
      fields: {
        [field]: this.#pace.sum,
        of: this.#of,
        per_second: Math.round(this.#pace.perSecond),
        seconds_left: secondsLeft(this.#pace, this.#left),
        seconds,
      },
    }];
  }

  get #left(): number | undefined {
    return this.#of === undefined ? undefined : this.#of - this.#pace.sum;
  }
}
