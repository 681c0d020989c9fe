/**
 * Finds out whether this process is still a member of its group. kafkajs 2.2.4 may not notice that
 * it is not:
 *
 * - A member that is told so gives up its id and joins anew. If the coordinator dies meanwhile, it
 *   fetches on what was assigned before, and has no id to beat with (consumerGroup.js, `joinAndSync`
 *   and the heartbeat; runner.js, `scheduleFetchManager`).
 * - Heartbeats to a coordinator that has died fail for as long as that is away, and are tried again
 *   there for a quarter of an hour: nobody looks for the next one, which drops the member in time.
 *
 * Silence alone is no proof. A coordinator that is away may come back and take the member for its
 * own; one that had joined anew meanwhile would wait, for a session's time, for the member that it
 * was. So a group that is silent is asked.
 */

export interface MembershipOptions {
  /** Milliseconds after which the group takes a silent member for dead. */
  sessionTimeout: number;
  /** Asks Kafka once for the ids of the group's members. */
  members(): Promise<readonly string[]>;
  /** Milliseconds on a clock that only goes forward. @default performance.now */
  clock?: () => number;
}

export class Membership {
  readonly #options: MembershipOptions;
  readonly #clock: () => number;
  #id: string | undefined;
  /** When the group's coordinator last took us for a member. */
  #heardAt = -Infinity;
  /** From when on the group may be asked. */
  #askAt = -Infinity;
  /** The group has said that it does not know this member, and nothing since. */
  #isDenied = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  /** The group has given us this id, and an assignment. */
  joined(id: string): void {
    this.#id = id;
    this.heard();
  }

  /** The coordinator has answered us as a member. */
  heard(): void {
    this.#heardAt = this.#clock();
    this.#isDenied = false;
  }

  /**
   * Call this when a fetch begins, because a member that is joining does not fetch. Returns true,
   * once, where the group does not know this member; never at the first fetch after a silence.
   */
  isLost(): boolean {
    if (this.#clock() - this.#heardAt < this.#options.sessionTimeout) return false;
    const isLost = this.#isDenied;
    if (isLost) this.heard();
    else void this.#ask();
    return isLost;
  }

  async #ask(): Promise<void> {
    if (this.#clock() < this.#askAt) return;
    // Longer than any answer takes, and not for ever.
    this.#askAt = this.#clock() + this.#options.sessionTimeout;
    const heardAt = this.#heardAt;
    try {
      const members = await this.#options.members();
      if (this.#heardAt === heardAt) this.#isDenied = !members.includes(this.#id!);
    } catch {
      // No answer is no proof: the coordinator may be away.
    } finally {
      this.#askAt = this.#clock() + this.#options.sessionTimeout / 10;
    }
  }
}
