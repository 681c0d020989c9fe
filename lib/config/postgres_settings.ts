/** From the parts of a connection to settings for the driver: defaults, checks, TLS. */
import { type ConnectionParts, readPort, reportUnknown } from "./connection_url.ts";
import { readTlsAttempts } from "./postgres_tls.ts";
import type { PostgresSettings } from "./postgres_url.ts";
import type { Report } from "./problems.ts";

const DEFAULT_PORT = "5432";

/** Parameters that stand for parts of the URL, as in libpq. */
const PARTS = ["host", "port", "user", "password", "dbname"];
const TLS = ["sslmode", "sslrootcert", "sslcert", "sslkey"];

/** Harmless parameters of URLs that were written for other programs: finpipe ignores them. */
const TOLERATED = [
  "application_name",
  "fallback_application_name",
  "connect_timeout",
  "client_encoding",
  "keepalives",
  "keepalives_idle",
  "keepalives_interval",
  "keepalives_count",
  "tcp_user_timeout",
];

const KNOWN = new Set([...PARTS, ...TLS, ...TOLERATED]);

/** What stands in for the operating system's user in the defaults. */
export interface UserDefaults {
  /** The role where none is named. */
  user: string | undefined;
  /** The user's folder. */
  home: string | undefined;
}

/**
 * Settings for the driver; TLS files are read.
 *
 * @returns settings of use only where nothing was reported
 */
export async function postgresSettings(
  parts: ConnectionParts,
  defaults: UserDefaults,
  report: Report,
): Promise<PostgresSettings> {
  const { parameters } = parts;
  reportUnknown(parameters, KNOWN, report);
  const host = parameters.get("host") ?? parts.host ?? "localhost";
  const user = parameters.get("user") ?? parts.user ?? defaults.user ?? "postgres";
  const database = parameters.get("dbname") ?? parts.database ?? user;
  const port = readPort(
    parameters.get("port") ?? parts.port ?? DEFAULT_PORT,
    DEFAULT_PORT,
    report,
  );
  if (host.includes(",")) {
    report("it names several hosts", "Name one host: the primary, or a proxy that leads to it");
  }
  // TLS is for the network: libpq ignores sslmode on a unix socket.
  const isSocket = host.startsWith("/");
  const shownHost = host.includes(":") && !isSocket ? `[${host}]` : host;
  return {
    host,
    port,
    user,
    password: parameters.get("password") ?? parts.password,
    database,
    tlsAttempts: isSocket ? [false] : await readTlsAttempts(parameters, defaults.home, report),
    displayName: `PostgreSQL at ${shownHost}:${port}/${database}`,
  };
}
