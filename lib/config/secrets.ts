/** Secrets: each variable `X` that holds one may be given as `X_FILE`, a path to a file. */
import type { Problems } from "./problems.ts";
import { type ConfigSource, variable } from "./source.ts";
import { readSettingFile } from "./setting_file.ts";

/** A secret, and the variable that it came from. */
export interface Secret {
  value: string;
  origin: string;
}

/** The variable that names the secret, `X` or `X_FILE`; reads nothing. */
export function secretOrigin(source: ConfigSource, name: string): string | undefined {
  return [name, `${name}_FILE`].find((either) => variable(source, either) !== undefined);
}

/**
 * Reads a secret. The line's end that editors leave in a file is not part of it.
 *
 * @returns undefined where it is not set, or where its file cannot be read, which is reported
 */
export async function readSecret(
  source: ConfigSource,
  name: string,
  problems: Problems,
): Promise<Secret | undefined> {
  const value = variable(source, name);
  const fileVariable = `${name}_FILE`;
  const path = variable(source, fileVariable);
  if (path === undefined) return value === undefined ? undefined : { value, origin: name };
  const report = problems.of(fileVariable);
  if (value !== undefined) {
    report(`${name} is set too`, "Unset one of the two");
    return undefined;
  }
  const text = (await readSettingFile(path, report))?.replace(/(\r?\n)+$/, "");
  if (text === "") report(`the file "${path}" is empty`, "Write the secret to it");
  return text ? { value: text, origin: fileVariable } : undefined;
}
