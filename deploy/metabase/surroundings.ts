/** What the steps share. */
import type { Answer } from "./client.ts";
import { isObject } from "./client.ts";
import type { Settings } from "./settings.ts";

/** What a run needs beside Metabase. */
export interface Surroundings {
  settings: Settings;
  /** Says what was done, a line each. */
  say(line: string): void;
  /** Milliseconds, of any beginning. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** Of several of one name, the one that was made first. */
export function oldest(all: readonly Answer[]): Answer | undefined {
  return all.toSorted((one, other) => Number(one.id) - Number(other.id))[0];
}

/** Whether a value has all that another one has; what Metabase adds does not count. */
export function covers(value: unknown, other: unknown): boolean {
  if (Array.isArray(other)) {
    return Array.isArray(value) && value.length === other.length &&
      other.every((item, index) => covers(value[index], item));
  }
  if (!isObject(other)) return value === other;
  return isObject(value) && Object.entries(other).every(([key, item]) => covers(value[key], item));
}
