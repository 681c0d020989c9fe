/** What every session takes for granted, and what one sees of another. */
import vertica from "../../../../sql/warehouse/vertica/trial/session.sql" with { type: "text" };
import { type Group, held, notHeld, same, type Verdict } from "../experiment.ts";
import { failureText, type Seen } from "../seen.ts";

const SETTINGS = ["autocommit", "locale", "time-zone", "datestyle", "strings", "isolation"];

export const SESSION: Group = {
  name: "session",
  scripts: { vertica },
  experiments: [
    {
      name: "session-settings",
      assumed:
        "A session accepts finpipe's settings: a backslash is a plain character, times are " +
        "in ISO form",
      effect: "stops",
      otherwise: "No command starts: it says which setting was refused",
      steps: [...SETTINGS, "texts"],
      judge(seen) {
        for (const step of SETTINGS) seen.rows(step);
        return same(seen.first("texts"), "3,2022-10-01 10:00:00.25");
      },
    },
    {
      name: "autocommit-off",
      assumed: "With autocommit off, ROLLBACK undoes an INSERT",
      effect: "stops",
      otherwise: "No command starts: each session checks SHOW AUTOCOMMIT",
      steps: ["autocommit-shown", "insert", "insert-rollback", "after-rollback"],
      judge(seen) {
        const [shown] = seen.rows("autocommit-shown");
        if (shown?.setting !== "off") return notHeld(`SHOW AUTOCOMMIT says ${shown?.setting}`);
        seen.rows("insert");
        return same(seen.first("after-rollback"), "0");
      },
    },
    {
      name: "read-committed",
      assumed: "A statement sees what other sessions have committed, and nothing else of theirs",
      effect: "wrong",
      otherwise: "finpipe could read figures that were never committed, or that are out of date",
      steps: ["insert-2", "before-commit", "insert-2-commit", "after-commit"],
      needs: ["insert-2", "insert-2-commit"],
      judge: (seen) =>
        same(`${seen.first("before-commit")}, ${seen.first("after-commit")}`, "0, 1"),
    },
    {
      name: "ddl-commits",
      assumed: "DDL commits the transaction that it runs in",
      effect: "copes",
      otherwise: "Nothing: what DDL must not commit is in a session of its own",
      steps: ["insert-before-ddl", "ddl", "ddl-rollback", "after-ddl"],
      judge(seen) {
        seen.rows("ddl");
        return seen.first("after-ddl") === "1" ? held() : notHeld("the INSERT was rolled back");
      },
    },
    {
      name: "three-sessions",
      assumed: "The user may have three sessions at once",
      effect: "stops",
      otherwise:
        "A load needs two, and one more for each further stream: it fails with the server's " +
        "message",
      steps: ["third"],
      judge: (seen) => same(seen.first("third"), "1"),
    },
    {
      name: "session-label",
      assumed: "v_monitor.sessions shows users their own sessions, with their client labels",
      effect: "copes",
      otherwise: "A DBA finds a load only by its user and its statement",
      steps: ["label-2", "id-2", "idle"],
      needs: ["id-2"],
      judge(seen) {
        seen.rows("label-2");
        const [found] = seen.rows("idle");
        if (found === undefined) return notHeld("the session is not shown");
        return /^finpipe:trial:[0-9a-f]{12}:2$/.test(found.client_label ?? "")
          ? held()
          : notHeld("it has another label");
      },
    },
    {
      name: "idle-statement",
      assumed: "current_statement of v_monitor.sessions is NULL between statements",
      effect: "copes",
      otherwise:
        "If an answer is lost, finpipe waits for it until TCP gives up the connection, not " +
        "for a minute",
      steps: ["id-2", "idle"],
      needs: ["id-2", "idle"],
      judge(seen) {
        const [found] = seen.rows("idle");
        if (found === undefined) return notHeld("the session is not shown");
        return found.current_statement === null ? held() : notHeld("it is a statement");
      },
    },
    {
      name: "waiting-statement",
      assumed: "current_statement is not NULL while a statement waits for a lock",
      effect: "stops",
      otherwise:
        "finpipe gives up a statement that waits for longer than 30 s as lost, and retries " +
        "it (exit 69)",
      steps: ["id-2", "lock-1", "lock-2", "waiting", "lock-1-rollback", "lock-2-held"],
      needs: ["id-2", "lock-1"],
      judge: (seen) =>
        seen.rows("waiting").length > 0
          ? held()
          : notHeld("no statement is shown for five seconds"),
    },
    {
      name: "lock-passed-on",
      assumed: "A waiting session gets the lock when the transaction that holds it ends",
      effect: "stops",
      otherwise: "Commands that meet a lock wait up to LockTimeout, and end with exit 75",
      steps: ["lock-1", "lock-2", "lock-1-rollback", "lock-2-held"],
      needs: ["lock-1"],
      judge(seen) {
        seen.rows("lock-2");
        return same(seen.first("lock-2-held"), "1");
      },
    },
    {
      name: "close-session",
      assumed: "Users may close sessions of their own, and that frees the locks",
      effect: "stops",
      otherwise:
        "After a lost connection the next load is exit 75 until the server notices the loss " +
        "by itself",
      steps: ["id-2", "close", "lock-after-close"],
      needs: ["id-2", "lock-2"],
      judge(seen) {
        seen.rows("close");
        seen.rows("lock-after-close");
        return held();
      },
    },
    {
      name: "runtimecap",
      assumed: "RUNTIMECAP ends a statement that takes longer, with SQLSTATE 57014",
      effect: "copes",
      otherwise:
        "statement_timeout in the URL does nothing, or is reported only in the server's words",
      steps: ["cap", "capped", "uncap"],
      needs: ["third"],
      judge: cappedBy,
    },
  ],
};

function cappedBy(seen: Seen): Verdict {
  seen.rows("cap");
  const failure = seen.failure("capped");
  if (failure === undefined) return notHeld("the statement ran to its end");
  const text = failureText(failure);
  return failure.sqlState === "57014" ? held(text) : notHeld(text);
}
