/** Says what a member waits for that is given no partitions for a while. */
import type { Logger } from "../../runtime/log.ts";

/** Milliseconds that a join may take without a word. */
const SOON = 3000;

export class JoinNotice {
  readonly #text: string;
  readonly #log: Logger;
  readonly #soon: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = 0;
  #isTold = false;

  /**
   * @param sessionTimeout milliseconds after which the group takes a silent member for dead
   * @param soon milliseconds after which there is something to say @default 3000
   */
  constructor(group: string, sessionTimeout: number, log: Logger, soon = SOON) {
    this.#text = `Waiting for the group ${group} to give out its partitions: Kafka waits up to ` +
      `${
        Math.round(sessionTimeout / 1000)
      } s for a member that ended without leaving, as after a ` +
      "kill -9 or a crash";
    this.#log = log;
    this.#soon = soon;
  }

  /** The group is being joined. */
  begin(): void {
    if (this.#timer !== undefined) return;
    this.#since = performance.now();
    this.#timer = setTimeout(() => {
      this.#isTold = true;
      this.#log.info(this.#text);
    }, this.#soon);
  }

  /** The group has given out its partitions. */
  joined(): void {
    this.end();
    if (!this.#isTold) return;
    this.#isTold = false;
    const seconds = Math.round((performance.now() - this.#since) / 1000);
    this.#log.info(`The group has given out its partitions, after ${seconds} s`);
  }

  /** Nobody waits any longer. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
