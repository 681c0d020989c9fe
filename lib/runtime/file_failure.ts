/** What the operating system's errors about files mean for a person. */
import { codeOf, FinpipeError, messageOf } from "./errors.ts";

/**
 * The reason for a path under /proc, /dev and the like, where Deno lets no program in. Deno's own
 * text names flags of the runtime, which are of no help to a user of finpipe.
 */
const NOT_CAPABLE = "the runtime does not let programs read or write there";

/** Why the system did not do what was asked of a file, in its own words where they mean something. */
export function systemReason(error: unknown): string {
  return error instanceof Deno.errors.NotCapable ? NOT_CAPABLE : messageOf(error);
}

/**
 * What an operating system's error about a file means for a person.
 *
 * @param action what was tried: `read`, `write`
 */
export function fileFailure(error: unknown, action: string, path: string): FinpipeError {
  return ioFailure(error, action, `"${path}"`);
}

/** Like {@link fileFailure}, for something without a path; `what` names it. */
export function ioFailure(error: unknown, action: string, what: string): FinpipeError {
  if (error instanceof FinpipeError) return error;
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new FinpipeError("failed", `Cannot ${action} ${what}: the disk is full`, {
      hint: "Make room, then run again",
      cause: error,
    });
  }
  if (error instanceof Deno.errors.PermissionDenied || code === "EROFS" || code === "EACCES") {
    return new FinpipeError("configuration", `Cannot ${action} ${what}: permission denied`, {
      hint: "Give finpipe's user that permission, or name another folder with --work-dir",
      cause: error,
    });
  }
  return new FinpipeError("failed", `Cannot ${action} ${what}: ${systemReason(error)}`, {
    hint: "Check that path and its disk, then run again",
    cause: error,
  });
}
