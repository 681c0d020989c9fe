/** Locks on folders that one process may take several times, as when it dumps several days at once. */
import { type FileLock, lockFile } from "../runtime/file_lock.ts";

interface Held {
  taken: Promise<void>;
  lock?: FileLock;
  users: number;
}

export class FolderLocks {
  readonly #held = new Map<string, Held>();

  /**
   * Takes the lock, or shares it with those who took it here.
   *
   * @param path of a file, which is made if absent
   * @param what is named in the message
   * @throws FinpipeError of kind `locked` where another process holds it
   */
  async take(path: string, what: string): Promise<Disposable> {
    const held = this.#held.get(path) ?? this.#begin(path, what);
    held.users++;
    try {
      await held.taken;
    } catch (error) {
      this.#giveBack(path, held);
      throw error;
    }
    return { [Symbol.dispose]: () => this.#giveBack(path, held) };
  }

  #begin(path: string, what: string): Held {
    const held: Held = {
      users: 0,
      taken: lockFile(path, what).then((lock) => {
        held.lock = lock;
      }),
    };
    this.#held.set(path, held);
    return held;
  }

  #giveBack(path: string, held: Held): void {
    if (--held.users > 0) return;
    held.lock?.[Symbol.dispose]();
    this.#held.delete(path);
  }
}
