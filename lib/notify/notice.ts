/** What somebody is told, and the JSON in which it is sent. Pure. */
import { FinpipeError } from "../runtime/errors.ts";
import { printable } from "../runtime/printable.ts";

/** What happened, for programs that read notices. */
export type NoticeEvent =
  | "backfill_failed"
  | "days_stale"
  | "audit_differences"
  | "audit_failed"
  | "stream_failed"
  | "lost_range"
  | "rejected_share";

/** One thing to tell. It holds no value of a row, and no secret. */
export interface Notice {
  event: NoticeEvent;
  /** What makes it another one than before: the same one is told once in 20 hours at most. */
  key: string;
  /** What happened, in a sentence. */
  message: string;
  /** What to do about it. */
  hint?: string | undefined;
  /** That finpipe ends with; absent where it goes on, or ends well. */
  exitCode?: number;
}

/** Where and when it happened. */
export interface NoticeOrigin {
  host: string;
  /** As in `finpipe backfill today`, without its options. */
  command: string;
  at: Temporal.Instant;
  version: string;
}

/** A notice of a failure. @param event @param key @default the message */
export function noticeOfFailure(
  event: NoticeEvent,
  error: unknown,
  key?: string,
): Notice {
  if (error instanceof FinpipeError) {
    const { message, hint, exitCode } = error;
    return { event, key: key ?? message, message, hint, exitCode };
  }
  // What else it says may quote a row.
  const message = "an unexpected error, which is a bug in finpipe";
  return { event, key: message, message, hint: "The log says more", exitCode: 1 };
}

/**
 * The JSON that is posted. `text` is what Slack and Mattermost show; they ignore the rest. The three
 * characters that begin links and mentions are written as Slack documents it ("Formatting text for app
 * surfaces", escaping).
 */
export function noticeJson(notice: Notice, origin: NoticeOrigin): string {
  const { event, message, hint, exitCode } = notice;
  const { host, command, at, version } = origin;
  const ending = exitCode === undefined ? "" : ` (exit code ${exitCode})`;
  const text = [`'${command}' on ${host}${ending}: ${message}`, hint].filter(Boolean).join("\n");
  return JSON.stringify({
    text: escaped(text),
    event,
    command,
    host,
    at: at.toString(),
    version,
    message,
    hint: hint ?? null,
    exit_code: exitCode ?? null,
  });
}

function escaped(text: string): string {
  const shown = text.split("\n").map(printable).join("\n");
  return shown.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
