/** Secrets: each variable `X` that holds one may be given as `X_FILE`, a path to a file. */
import { NOT_CAPABLE } from "../runtime/files.ts";
import type { Problems, Report } from "./problems.ts";
import { type ConfigSource, variable } from "./source.ts";

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

/** The text of a file that a setting names; undefined where it cannot be read, which is reported. */
export async function readSettingFile(path: string, report: Report): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      report(`there is no file "${path}"`, "Name a file that exists");
    } else if (error instanceof Deno.errors.PermissionDenied) {
      report(`permission denied for the file "${path}"`, "Let finpipe's user read it");
    } else {
      const reason = error instanceof Deno.errors.NotCapable
        ? NOT_CAPABLE
        : error instanceof Error
        ? error.message
        : String(error);
      report(`the file "${path}" cannot be read: ${reason}`, "Name a text file that can be read");
    }
    return undefined;
  }
}
