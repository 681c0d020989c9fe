/**
 * `scheme://user:password@host:port/db?name=value`, cut into decoded parts.
 *
 * Not the platform's URL class: that refuses or re-reads what databases' own tools take (`#` in a
 * password, a socket's folder as host), and its errors quote the whole text.
 */
import type { Report } from "./problems.ts";

/** How connections to one kind of server are written. */
export interface ConnectionForm {
  /** Schemes of its URLs, and values of Airflow's conn_type; messages name the first. */
  schemes: readonly string[];
  /** How to write one. */
  example: string;
  /** Extras of an Airflow connection that are for Airflow's own hook; finpipe ignores them. */
  hookExtras: readonly string[];
}

/** The parts of a connection as somebody wrote them, decoded but not checked. */
export interface ConnectionParts {
  host: string | undefined;
  port: string | undefined;
  user: string | undefined;
  password: string | undefined;
  database: string | undefined;
  /** Parameters of the query by name: sslmode, tls_mode ... */
  parameters: ReadonlyMap<string, string>;
}

const ESCAPES = "Write @ as %40, / as %2F, ? as %3F and % as %25 in user and password";

/** Scheme, authority, path and query. */
const SHAPE = /^(\w+):\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s;

/**
 * Cuts a URL into its decoded parts.
 *
 * @param plusIsSpace the query is form-encoded, as Airflow writes it; to libpq a + is a + @default false
 * @returns undefined where it cannot be read, which is reported without quoting it
 */
export function parseConnectionUrl(
  url: string,
  { schemes, example }: ConnectionForm,
  report: Report,
  plusIsSpace = false,
): ConnectionParts | undefined {
  const [, scheme = "", authority, path = "", query = ""] = SHAPE.exec(url.trim()) ?? [];
  if (authority === undefined || !schemes.includes(scheme)) {
    return fail(report, `it is not a ${schemes[0]}:// URL`, `Write it as ${example}`);
  }
  // An unescaped / or ? in a password would turn its pieces into host, database and parameters, and
  // messages name those.
  if ((path + query).includes("@")) return fail(report, "there is an @ after the host", ESCAPES);
  const credentialsEnd = authority.lastIndexOf("@");
  const credentials = authority.slice(0, Math.max(0, credentialsEnd));
  const server = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority.slice(credentialsEnd + 1));
  if (server === null) return fail(report, "the host cannot be read", `Write it as ${example}`);
  const [user, ...password] = credentials.split(":");
  try {
    return {
      host: decode(server[1]?.replace(/^\[|\]$/g, "")),
      port: decode(server[2]),
      user: decode(user),
      password: decode(password.join(":")),
      database: decode(path),
      parameters: parseQuery(plusIsSpace ? query.replaceAll("+", " ") : query),
    };
  } catch (error) {
    if (error instanceof URIError) {
      return fail(report, "a % is not followed by two hex digits", ESCAPES);
    }
    throw error;
  }
}

/** Never quotes the text: it may be a piece of a password with an unescaped character. */
export function readPort(text: string, example: string, report: Report): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  report(
    "the port is not a number from 1 to 65535",
    `Write the port after the host, as in :${example}`,
  );
  return 0;
}

/**
 * Reports each unknown parameter; its name is shown only if it is a plain word, since it may be a
 * piece of a secret.
 */
export function reportUnknown(
  parameters: ReadonlyMap<string, string>,
  known: ReadonlySet<string>,
  report: Report,
): void {
  for (const name of parameters.keys()) {
    if (known.has(name)) continue;
    const shown = /^[a-z_]{1,40}$/i.test(name) ? `"${name}"` : "whose name is not a plain word";
    report(`finpipe does not know the parameter ${shown}`, "Take it out");
  }
}

function parseQuery(query: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const [name, ...value] = pair.split("=");
    parameters.set(decodeURIComponent(name!), decodeURIComponent(value.join("=")));
  }
  return parameters;
}

function decode(text: string | undefined): string | undefined {
  return text ? decodeURIComponent(text) : undefined;
}

function fail(report: Report, what: string, mend: string): undefined {
  report(what, mend);
}
