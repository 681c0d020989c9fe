/** The terminal that a table of the mart is shown on. */
import type { Io } from "../../runtime/io.ts";
import type { TableTerminal } from "./table_layout.ts";

/** Variables that name a locale, the strongest first (POSIX, "Environment Variables", 8.2). */
const LOCALES = ["LC_ALL", "LC_CTYPE", "LANG"];

/** Undefined where stdout is no terminal, or does not say how wide it is. */
export function tableTerminal(
  { stdout, env }: Pick<Io, "stdout" | "env">,
): TableTerminal | undefined {
  const { isTerminal, columns } = stdout;
  if (!isTerminal || columns === undefined) return undefined;
  const locale = LOCALES.map((name) => env(name)).find(Boolean) ?? "";
  return { columns, hasBlocks: env("TERM") !== "dumb" && /utf-?8/i.test(locale) };
}
