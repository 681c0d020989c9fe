/**
 * `postgres://user:password@host:5432/db?sslmode=...`, as libpq reads it (PostgreSQL documentation,
 * 34.1.1.2).
 */
import type { ConnectionForm } from "./connection_url.ts";
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

/** Of Airflow's PostgreSQL hook, cursor and SQLAlchemy's are its own. */
export const POSTGRES_FORM: ConnectionForm = {
  schemes: ["postgres", "postgresql"],
  example: "postgres://user:password@host:5432/db",
  hookExtras: ["cursor", "sqlalchemy_scheme", "sqlalchemy_query"],
};
