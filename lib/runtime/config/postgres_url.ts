/**
 * `postgres://user:password@host:5432/db?sslmode=...`, as libpq reads it (PostgreSQL documentation,
 * 34.1.1.2).
 *
 * Not the platform's URL class: that refuses or re-reads what libpq takes (`#` in a password, a
 * socket's folder as host), and its errors quote the whole text.
 */
import type { Report } from "./problems.ts";
import type { TlsSettings } from "./postgres_tls.ts";

/** How to reach a PostgreSQL database, ready for the driver. */
export interface PostgresSettings {
  /** A name, an address, or the folder of a unix socket. */
  host: string;
  port: number;
  user: string;
  password: string | undefined;
  database: string;
  /** What to try, in order; `false` is clear text. */
  tlsAttempts: readonly (false | TlsSettings)[];
  /** How messages name it: host, port and database, never a secret. */
  displayName: string;
}

/** The parts of a connection as somebody wrote them, decoded but not judged. */
export interface ConnectionParts {
  host: string | undefined;
  port: string | undefined;
  user: string | undefined;
  password: string | undefined;
  database: string | undefined;
  /** Parameters of libpq by name: sslmode, sslrootcert ... */
  parameters: ReadonlyMap<string, string>;
}

const FORM = "Write it as postgres://user:password@host:5432/db";
const ESCAPES = "Write @ as %40, / as %2F, ? as %3F and % as %25 in user and password";

/** Scheme, authority, path and query; the scheme is checked before. */
const SHAPE = /^postgres(?:ql)?:\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s;

/**
 * Cuts a URL into its decoded parts.
 *
 * @returns undefined where it cannot be read, which is reported without quoting it
 */
export function parsePostgresUrl(url: string, report: Report): ConnectionParts | undefined {
  const [, authority, path = "", query = ""] = SHAPE.exec(url.trim()) ?? [];
  if (authority === undefined) return fail(report, "it is not a postgres:// URL", FORM);
  // An unescaped / or ? of a password would make host, database and parameters out of its pieces,
  // which messages name.
  if ((path + query).includes("@")) return fail(report, "there is an @ after the host", ESCAPES);
  const credentialsEnd = authority.lastIndexOf("@");
  const credentials = authority.slice(0, Math.max(0, credentialsEnd));
  const server = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority.slice(credentialsEnd + 1));
  if (server === null) return fail(report, "the host cannot be read", FORM);
  const [user, ...password] = credentials.split(":");
  try {
    return {
      host: decode(server[1]?.replace(/^\[|\]$/g, "")),
      port: decode(server[2]),
      user: decode(user),
      password: decode(password.join(":")),
      database: decode(path),
      parameters: parseQuery(query),
    };
  } catch (error) {
    if (error instanceof URIError) return fail(report, "a % begins no two hex digits", ESCAPES);
    throw error;
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
