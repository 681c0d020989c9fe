/** What `doctor` prints: each check as it ends, and what it waits for meanwhile. */
import type { Check, CheckWatch } from "../lib/doctor/check.ts";
import type { ShownSetting } from "../lib/config/shown.ts";
import { checkLines } from "../lib/rendering/checks.ts";
import { settingLine } from "../lib/rendering/settings.ts";
import type { Context } from "./command.ts";
import { Waiting } from "./waiting.ts";

export class DoctorView implements CheckWatch, Disposable {
  readonly #context: Context;
  readonly #waiting: Waiting;
  readonly #running = new Set<string>();
  /** Resolves when everything is printed. */
  printed: Promise<void> = Promise.resolve();

  constructor(context: Context) {
    this.#context = context;
    this.#waiting = new Waiting(context);
  }

  settings(settings: readonly ShownSetting[]): void {
    if (this.#context.quiet) return;
    this.#print(
      settings.map(settingLine).filter((line) => line !== undefined)
        .map((line) => `${"setting".padEnd(9)}${line}`),
    );
  }

  begin(check: string): void {
    this.#running.add(check);
    this.#show();
  }

  /** With `--quiet` only what somebody has to look at. */
  end(check: Check): void {
    this.#running.delete(check.check);
    const isProblem = check.outcome === "warning" || check.outcome === "failed";
    if (isProblem || !this.#context.quiet) {
      this.#print(checkLines(this.completed(check), this.#context.paint));
    }
    this.#show();
  }

  /** The same, with the commands of its hint completed. */
  completed(check: Check): Check {
    const { hint } = check;
    return hint === undefined ? check : { ...check, hint: this.#context.lines.complete(hint) };
  }

  [Symbol.dispose](): void {
    this.#waiting[Symbol.dispose]();
  }

  #show(): void {
    if (this.#running.size > 0) this.#waiting.begin(`checking ${[...this.#running].join(", ")}`);
  }

  #print(lines: readonly string[]): void {
    const { json, io: { stdout } } = this.#context;
    if (json || lines.length === 0) return;
    this.printed = this.printed.then(() => stdout.write(`${lines.join("\n")}\n`));
    // What is thrown here is thrown where `printed` is waited for.
    this.printed.catch(() => {});
  }
}
