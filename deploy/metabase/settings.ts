/** What the environment says. Secrets come from it or from files, never from the command line. */
import { Failure } from "./failure.ts";

/** What is set. */
export interface Settings {
  /** Where Metabase is, without a slash at the end. */
  url: string;
  /** The administrator's address and password: made where Metabase is new, else used to sign in. */
  email: string;
  password: string;
  /** The warehouse, as a user that only reads the mart. */
  vertica: Vertica;
  /** The schema of the mart. */
  schema: string;
  /** How long to wait for Metabase to start, and again for its sync of the schema, in seconds. */
  wait: number;
}

/** A warehouse, as Metabase's engine `vertica` has it. */
export interface Vertica {
  host: string;
  port: number;
  dbname: string;
  user: string;
  password: string;
  /** What goes to the JDBC driver besides, such as `TLSmode=require`. */
  options: string;
}

/** Where settings come from. */
export interface Source {
  variable(name: string): string | undefined;
  file(path: string): Promise<string>;
}

const VERTICA_FORM = "vertica://USER:PASSWORD@HOST:5433/DATABASE";

/** Reads the settings. @throws Failure of the kind `configuration` that names the variable */
export async function settingsOf(source: Source): Promise<Settings> {
  const read = (name: string) => valueOf(source, name);
  return {
    url: urlOf(await read("METABASE_URL") ?? "http://localhost:3000"),
    email: needed("METABASE_EMAIL", await read("METABASE_EMAIL"), "the administrator's address"),
    password: needed(
      "METABASE_PASSWORD",
      await read("METABASE_PASSWORD"),
      "the administrator's password",
    ),
    vertica: verticaOf(
      needed("METABASE_VERTICA_URL", await read("METABASE_VERTICA_URL"), VERTICA_FORM),
    ),
    schema: await read("FINPIPE_MART_SCHEMA") ?? "finpipe_mart",
    wait: secondsOf(await read("METABASE_WAIT") ?? "300"),
  };
}

/** A variable's value, or that of the file which NAME_FILE names; empty is not set. */
async function valueOf(source: Source, name: string): Promise<string | undefined> {
  const value = source.variable(name) || undefined;
  const path = source.variable(`${name}_FILE`) || undefined;
  if (path === undefined) return value;
  if (value !== undefined) {
    throw wrong(`${name} and ${name}_FILE are both set`, "Set one of them");
  }
  let text;
  try {
    text = await source.file(path);
  } catch (error) {
    throw wrong(`${name}_FILE names ${path}, which cannot be read: ${reason(error)}`, "Mend it");
  }
  const trimmed = text.replace(/\r?\n$/, "");
  if (trimmed === "") throw wrong(`${name}_FILE names ${path}, which is empty`, "Fill it");
  return trimmed;
}

function needed(name: string, value: string | undefined, form: string): string {
  if (value !== undefined) return value;
  throw wrong(`${name} is not set`, `Set it, or ${name}_FILE to a file that has it: ${form}`);
}

function urlOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw wrong("METABASE_URL is no address of a web server", "For example http://localhost:3000");
  }
  if (url.username !== "" || url.search !== "" || url.hash !== "") {
    throw wrong(
      "METABASE_URL has more than a host and a path",
      "For example http://localhost:3000",
    );
  }
  return url.href.replace(/\/+$/, "");
}

/** The parts of an address of Vertica; what stands after `?` is for the JDBC driver. */
function verticaOf(text: string): Vertica {
  const broken = (why: string) =>
    // Not the address itself: it has a password.
    wrong(`METABASE_VERTICA_URL ${why}`, `${VERTICA_FORM}, with % codes for what is special there`);
  const url = URL.parse(text);
  if (url === null || url.protocol !== "vertica:") throw broken("is no address of a Vertica");
  const decoded = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw broken("has a % that is no code");
    }
  };
  const vertica = {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port || "5433"),
    dbname: decoded(url.pathname.replace(/^\//, "")),
    user: decoded(url.username),
    password: decoded(url.password),
    options: url.search.replace(/^\?/, ""),
  };
  for (const part of ["host", "user", "dbname"] as const) {
    if (vertica[part] === "") throw broken(`has no ${part === "dbname" ? "database" : part}`);
  }
  return vertica;
}

function secondsOf(text: string): number {
  if (!/^\d{1,6}$/.test(text)) {
    throw wrong(`METABASE_WAIT is "${text}", which is no number of seconds`, "For example 300");
  }
  return Number(text);
}

function wrong(message: string, hint: string): Failure {
  return new Failure("configuration", message, hint);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
