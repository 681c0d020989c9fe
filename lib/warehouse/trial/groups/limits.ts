/** Limits that a DBA may have set, as far as a user may read them. */
import vertica from "../../../../sql/warehouse/vertica/trial/limits.sql" with { type: "text" };
import { type Group, held, notHeld, type Verdict } from "../experiment.ts";
import { failureText, type Seen } from "../seen.ts";

/** Sessions of a load with four streams: one more holds its lock, and for moments one looks after it. */
const SESSIONS = 6;
/** Seconds that a large day may take. */
const HOUR = 3600;

export const LIMITS: Group = {
  name: "limits",
  scripts: { vertica },
  experiments: [
    {
      name: "limit-lock-timeout",
      assumed: "LockTimeout is five minutes, the default",
      effect: "copes",
      otherwise: "Commands that meet a lock wait for that long, and then end with exit 75",
      steps: ["limit-lock"],
      judge: (seen) =>
        judged(seen, "limit-lock", "current_value", (text) => Number(text) === 300 || "copes"),
    },
    {
      name: "limit-client-sessions",
      assumed: "MaxClientSessions leaves room for the six sessions of a load with four streams",
      effect: "stops",
      otherwise: "load --streams ends with exit 69, because no node accepts its sessions",
      steps: ["limit-sessions"],
      judge: (seen) => judged(seen, "limit-sessions", "current_value", allowsSessions),
    },
    {
      name: "limit-user-sessions",
      assumed: "MAXCONNECTIONS of the user leaves room for them, too",
      effect: "stops",
      otherwise: "load --streams ends with exit 69, because the user may open no more sessions",
      steps: ["limit-user-sessions"],
      judge: (seen) => judged(seen, "limit-user-sessions", "max_connections", allowsSessions),
    },
    {
      name: "limit-idle-session",
      assumed: "IDLESESSIONTIMEOUT is an hour or more: the session with a load's lock is idle",
      effect: "stops",
      otherwise: "A load that takes longer loses its lock, starts again, and ends with exit 69",
      steps: ["limit-idle"],
      judge: (seen) => judged(seen, "limit-idle", "setting", allowsHour),
    },
    {
      name: "limit-statement",
      assumed:
        "RUNTIMECAP of user and session is an hour or more: a large day's COPY is one statement",
      effect: "stops",
      otherwise: "A load that takes longer ends with exit 1, and the old day stays",
      steps: ["limit-statement"],
      judge: (seen) => judged(seen, "limit-statement", "setting", allowsHour),
    },
  ],
};

type Allowance = boolean | "copes";

/** A limit that cannot be read or understood is reported, and does no harm. */
function judged(
  seen: Seen,
  step: string,
  column: string,
  allows: (text: string) => Allowance,
): Verdict {
  const failure = seen.failure(step);
  if (failure !== undefined) return notHeld(`it cannot be read: ${failureText(failure)}`, "copes");
  const values = seen.rows(step).map((row) => row[column] ?? "");
  if (values.length === 0) return notHeld("it is not shown", "copes");
  const answers = values.map(allows);
  const text = values.join(", ");
  if (answers.includes(false)) return notHeld(text);
  return answers.includes("copes") ? notHeld(text, "copes") : held(text);
}

/** `unlimited`, or a number; 0 is none ("Managing Sessions": MaxClientSessions is 0 to 1000). */
function allowsSessions(text: string): Allowance {
  if (isUnlimited(text) && text !== "0") return true;
  return /^\d+$/.test(text) ? Number(text) >= SESSIONS : "copes";
}

function allowsHour(text: string): Allowance {
  if (isUnlimited(text)) return true;
  const seconds = secondsOf(text);
  return seconds === undefined ? "copes" : seconds >= HOUR;
}

function isUnlimited(text: string): boolean {
  return /^(|0|none|unlimited)$/i.test(text.trim());
}

const UNITS: Readonly<Record<string, number>> = { day: 86_400, hour: HOUR, min: 60, sec: 1 };

/**
 * An interval as Vertica may write it: `30 minutes`, `1 day 02:00`, `00:05` (hours and minutes), `01:00:00`;
 * undefined for what is none.
 */
export function secondsOf(text: string): number | undefined {
  let seconds = 0;
  const rest = text.trim().replace(
    /(\d+(?:\.\d+)?) *(day|hour|min|sec)[a-z]*/gi,
    (_, amount: string, unit: string) => {
      seconds += Number(amount) * UNITS[unit.toLowerCase()]!;
      return "";
    },
  ).trim();
  if (rest === "") return text.trim() === "" ? undefined : seconds;
  const clock = /^(?:(\d+) )?(\d+):(\d\d)(?::(\d\d(?:\.\d+)?))?$/.exec(rest);
  if (clock === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, more = 0] = clock.slice(1).map((part) =>
    Number(part ?? 0)
  );
  return seconds + days * 86_400 + hours * HOUR + minutes * 60 + more;
}
