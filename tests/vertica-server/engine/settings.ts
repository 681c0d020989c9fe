/** SET and SHOW, as far as finpipe and its drivers use them. */
import type { Answer } from "../engine.ts";
import { VerticaError } from "../engine.ts";
import type { Reader } from "./reader.ts";
import { rowsAnswer, type Session } from "./session.ts";
import { describeType } from "./types.ts";

/** Texts are compared by their bytes: documentation, "SET LOCALE". */
const BINARY_LOCALE = "en_US@collation=binary";

/** Milliseconds, by what an interval may be written in. */
const UNITS: Record<string, number> = {
  millisecond: 1,
  ms: 1,
  second: 1000,
  sec: 1000,
  s: 1000,
  minute: 60_000,
  min: 60_000,
  m: 60_000,
  hour: 3_600_000,
  h: 3_600_000,
  day: 86_400_000,
};

export function setParameter(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("set");
  return Promise.resolve(set(session, reader));
}

function set(session: Session, reader: Reader): Answer {
  const done: Answer = { kind: "done", tag: "SET" };
  if (reader.accept("session", "characteristics", "as", "transaction")) {
    do {
      if (reader.accept("isolation", "level")) {
        if (!reader.accept("read", "committed")) throw reader.unknown("this isolation level");
      } else if (!reader.accept("read", "write")) throw reader.error();
    } while (reader.accept(",") || !reader.isAtEnd);
    return done;
  }
  if (reader.accept("session", "autocommit")) {
    reader.expect("to");
    const isOn = reader.accept("on");
    if (!isOn) reader.expect("off");
    reader.end();
    session.autocommit = isOn;
    session.onParameter("auto_commit", isOn ? "on" : "off");
    return done;
  }
  if (reader.accept("session", "runtimecap")) {
    session.runtimeCap = runtimeCap(reader);
    return done;
  }
  if (reader.accept("time", "zone") || reader.accept("timezone")) {
    reader.accept("to");
    const zone = reader.string();
    if (zone.toUpperCase() !== "UTC") throw reader.unknown("a time zone other than UTC");
  } else if (reader.accept("datestyle", "to")) reader.expect("iso");
  else if (reader.accept("standard_conforming_strings", "to")) reader.expect("on");
  else if (reader.accept("locale")) {
    reader.accept("to");
    if (reader.string() !== BINARY_LOCALE) throw reader.unknown("this locale");
  } else throw reader.unknown("this setting");
  reader.end();
  return done;
}

function runtimeCap(reader: Reader): number | undefined {
  if (reader.accept("none")) {
    reader.end();
    return undefined;
  }
  const text = reader.string();
  reader.end();
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?\s*$/i.exec(text) ?? [];
  const clock = /^(\d+):(\d\d):(\d\d)$/.exec(text);
  if (clock !== null) {
    const [hours, minutes, seconds] = clock.slice(1).map(Number);
    return ((hours! * 60 + minutes!) * 60 + seconds!) * 1000;
  }
  const factor = UNITS[unit?.toLowerCase() ?? ""];
  if (factor === undefined) {
    throw new VerticaError("22007", 3679, `Invalid input syntax for interval: "${text}"`);
  }
  return Number(amount) * factor;
}

export function showParameter(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("show");
  // The words of the standard, as SQLAlchemy has them (not on the page of SHOW).
  const isStandard = reader.accept("transaction", "isolation", "level");
  const name = isStandard ? "transaction_isolation" : reader.identifier();
  const value = valueOf(session, name);
  if (value === undefined) throw reader.unknown(`SHOW ${name}`);
  reader.end();
  const columns = ["name", "setting"].map((column) =>
    describeType(column, { name: "varchar", length: 8192 })
  );
  return Promise.resolve(rowsAnswer("SHOW", columns, [[name, value]]));
}

function valueOf(session: Session, name: string): string | undefined {
  if (name === "autocommit") return session.autocommit ? "on" : "off";
  if (name === "timezone") return "UTC";
  if (name === "locale") return BINARY_LOCALE;
  if (name === "datestyle") return "ISO, MDY";
  if (name === "standard_conforming_strings") return "on";
  if (name === "search_path") return '"$user", public, v_catalog, v_monitor, v_internal';
  if (name === "transaction_isolation") return "READ COMMITTED";
  if (name === "idlesessiontimeout") return "UNLIMITED";
  if (name === "runtimecap") {
    return session.runtimeCap === undefined ? "UNLIMITED" : `${session.runtimeCap / 1000} seconds`;
  }
  return undefined;
}
