/** What the operating system's errors about files mean for a person. */
import { codeOf, FinpipeError, messageOf } from "./errors.ts";

/**
 * The reason for a path under /proc, /dev and the like, where Deno lets no program in. Deno's own
 * text names flags of the runtime, which are of no help to a user of finpipe.
 */
const NOT_CAPABLE = "the runtime does not let programs read or write there";

/** What system errors mean for whoever named the file, by their codes. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "the disk is full",
  EISDIR: "it is a folder",
  EEXIST: "there is a file of that name",
  ELOOP: "its symbolic links form a loop",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long for the file system",
  ENFILE: "too many files are open on this machine",
  ENOENT: "there is no such file",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is a file",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
};

/** Why the system did not do what was asked of a file; in its own words only where they are rare. */
export function systemReason(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return NOT_CAPABLE;
  const known = REASONS[codeOf(error) ?? ""];
  if (known !== undefined) return known;
  if (/is not valid UTF-8$/.test(messageOf(error))) return "its path is not UTF-8";
  // Deno adds the number of the error, and its own function.
  const text = messageOf(error).replace(/ \(os error \d+\)(:.*)?$/s, "");
  return text.charAt(0).toLowerCase() + text.slice(1);
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
