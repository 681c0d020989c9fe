/** Where settings come from: flags win over environment variables, those over the defaults. */

import type { Problems } from "./problems.ts";

/** What a run was given; a command's context holds one. */
export interface ConfigSource {
  /** The value of an environment variable, or undefined. */
  env: (name: string) => string | undefined;
  /** Values of the options, by commander's camelCase names. */
  flags: Readonly<Record<string, unknown>>;
  /** Where in a file a variable stands, as `prod.env, line 3`. @default nowhere: no file is read */
  placeOf?: (name: string) => string | undefined;
  /** What is known to be wrong before the command reads its settings. @default nothing */
  problems?: Problems;
}

/** A value and the name of what it came from, for messages. */
export interface Setting {
  value: string;
  /** A variable, or an option with its dashes. */
  origin: string;
}

/**
 * An environment variable; an empty one counts as unset, as compose files and units set such. (A
 * variable that names an end is different: if it is empty, that is an error, and the end is not
 * taken to be embedded; see `ends.ts`.)
 */
export function variable(source: ConfigSource, name: string): string | undefined {
  const value = source.env(name);
  return value === "" ? undefined : value;
}

/**
 * A setting by its option, else by its variable.
 *
 * @param flag the option's camelCase name
 */
export function setting(source: ConfigSource, flag: string, name: string): Setting | undefined {
  const given = source.flags[flag];
  if (typeof given === "string") return { value: given, origin: optionOf(flag) };
  const value = variable(source, name);
  return value === undefined ? undefined : { value, origin: name };
}

/** An option as it is typed. @param flag its camelCase name */
export function optionOf(flag: string): string {
  return "--" + flag.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());
}
