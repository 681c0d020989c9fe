/** Counts the messages that a finpipe sends to Vertica, over all its sessions, and holds one of them. */
import type { Passage, Watcher } from "../network/watched_proxy.ts";
import { wordsForSession } from "./words.ts";

/** Which message of a command it is: each session sends the same ones in the same order every time. */
export interface MessagePlace {
  /** What its session is called. */
  session: string;
  /** Of those of the session, from 1. */
  number: number;
}

/** A message of a command. */
export interface SentMessage extends MessagePlace {
  /** What it is for. */
  words: string;
}

/** As a person writes it: `load.44`. */
export function nameOf({ session, number }: MessagePlace): string {
  return `${session}.${number}`;
}

interface Session {
  name: string;
  words: (message: Uint8Array) => string;
  /** How many it has sent. */
  messages: number;
}

/** What happens at the message, which is held meanwhile; must not reject. */
export type OnReached = (passage: Passage, cutAnswer: () => void) => Promise<void>;

export class MessageWatch {
  /** All that came, in that order. */
  readonly messages: SentMessage[] = [];
  isReached = false;
  readonly #names: readonly string[];
  readonly #at: MessagePlace | undefined;
  readonly #onReached: OnReached;
  readonly #sessions = new Map<Passage, Session>();
  /** Connections that hear nothing more. */
  readonly #silenced = new Set<Passage>();
  /** Resolves when what is held is let go: until then nothing else passes. */
  #gate: Promise<void> = Promise.resolve();

  /**
   * @param names of the sessions, in the order in which they are opened; the last one is all others
   * @param at which message to hold. @default none
   */
  constructor(
    names: readonly string[],
    at?: MessagePlace,
    onReached: OnReached = () => Promise.resolve(),
  ) {
    this.#names = names;
    this.#at = at;
    this.#onReached = onReached;
  }

  /** Sees each message of a client as a whole. */
  readonly watch: Watcher = async (bytes, from, passage) => {
    await this.#gate;
    if (from === "server") {
      if (this.#silenced.has(passage)) passage.cut();
      return;
    }
    const session = this.#sessionOf(passage);
    const place = { session: session.name, number: ++session.messages };
    this.messages.push({ ...place, words: session.words(bytes) });
    if (this.#at === undefined || nameOf(this.#at) !== nameOf(place) || this.isReached) return;
    this.isReached = true;
    this.#gate = this.#onReached(passage, () => void this.#silenced.add(passage));
    await this.#gate;
  };

  #sessionOf(passage: Passage): Session {
    const known = this.#sessions.get(passage);
    if (known !== undefined) return known;
    const name = this.#names[Math.min(this.#sessions.size, this.#names.length - 1)]!;
    const session = { name, words: wordsForSession(), messages: 0 };
    this.#sessions.set(passage, session);
    return session;
  }
}
