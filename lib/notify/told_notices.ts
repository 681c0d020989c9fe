/** What was told already, in a file of the work dir: a process that is started again tells it once. */
import { join } from "node:path";
import * as v from "valibot";
import { FileAside, ifThere, writeWhole } from "../runtime/files.ts";

/**
 * After this a thing that still goes on is told again: less than a day, because the next night may fail
 * some minutes earlier than this one did.
 */
const AGAIN_AFTER = { hours: 20 };

/** Times by what was told. */
const File = v.record(v.string(), v.string());

export class ToldNotices {
  readonly #path: string;
  readonly #workDir: string;

  constructor(workDir: string) {
    this.#workDir = workDir;
    this.#path = join(workDir, "notices.json");
  }

  /** Whether it was told less than 20 hours ago. A file that cannot be read says that nothing was. */
  async has(what: string, now: Temporal.Instant): Promise<boolean> {
    return what in await this.#read(now);
  }

  /** @throws what the system says where the file cannot be written */
  async add(what: string, now: Temporal.Instant): Promise<void> {
    await this.#write({ ...await this.#read(now), [what]: now.toString() });
  }

  /**
   * Forgets what begins in one of these ways.
   *
   * @throws what the system says where the file cannot be written
   */
  async forget(prefixes: readonly string[], now: Temporal.Instant): Promise<void> {
    const told = Object.entries(await this.#read(now));
    const kept = told.filter(([what]) => !prefixes.some((prefix) => what.startsWith(prefix)));
    if (kept.length < told.length) await this.#write(Object.fromEntries(kept));
  }

  async #read(now: Temporal.Instant): Promise<Record<string, string>> {
    try {
      const text = await ifThere(Deno.readTextFile(this.#path));
      const told = v.parse(File, JSON.parse(text ?? "{}"));
      const since = now.subtract(AGAIN_AFTER);
      return Object.fromEntries(
        Object.entries(told).filter(([, at]) =>
          Temporal.Instant.compare(Temporal.Instant.from(at), since) > 0
        ),
      );
    } catch {
      return {};
    }
  }

  async #write(told: Record<string, string>): Promise<void> {
    await Deno.mkdir(this.#workDir, { recursive: true, mode: 0o700 });
    using aside = await FileAside.open(this.#path, { mode: 0o600 });
    await writeWhole(aside.file, new TextEncoder().encode(JSON.stringify(told)));
    await aside.publish();
  }
}
