/** Settings and where they came from, for people. */
import type { ShownSetting } from "../config/shown.ts";
import { printable } from "../runtime/printable.ts";
import { capitalized } from "../runtime/words.ts";

/** In full: the value, and below it where it came from and what it means. */
export function settingLines(setting: ShownSetting): string[] {
  const { name, value, meaning } = setting;
  return [
    printable(`${name}: ${value ?? "-"}`),
    `    ${originText(setting)}. ${capitalized(meaning)}`,
  ];
}

/** In one line; undefined for a setting that nothing says. */
export function settingLine(setting: ShownSetting): string | undefined {
  if (setting.origin === "unset") return undefined;
  return printable(`${setting.name}: ${setting.value ?? "-"} (${originText(setting)})`);
}

function originText({ origin, from, problem }: ShownSetting): string {
  const text = ORIGINS[origin] + (from === null ? "" : ` ${from}`);
  return printable(problem === null ? text : `${text}; ${problem}`);
}

const ORIGINS: Readonly<Record<ShownSetting["origin"], string>> = {
  flag: "option",
  variable: "variable",
  file: "file of",
  "env file": "env file:",
  airflow: "Airflow's connection",
  default: "default",
  unset: "not set",
};
