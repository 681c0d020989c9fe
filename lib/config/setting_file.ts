/** Files that settings name: secrets, certificates, keys. */
import { systemReason } from "../runtime/file_failure.ts";
import type { Report } from "./problems.ts";

/** The text of a file that a setting names; undefined where it cannot be read, which is reported. */
export async function readSettingFile(path: string, report: Report): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      report(`there is no file "${path}"`, "Name a file that is there");
    } else if (error instanceof Deno.errors.PermissionDenied) {
      report(`no right to read the file "${path}"`, "Let finpipe's user read it");
    } else {
      report(`the file "${path}" cannot be read: ${systemReason(error)}`, "Name a file of text");
    }
    return undefined;
  }
}
