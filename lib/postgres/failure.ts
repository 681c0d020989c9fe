/**
 * What a database's error means for a person: which kind of failure, and what to do.
 *
 * Messages of the database that quote row values (classes 22 and 23, and every detail and context
 * line) stay in `cause`, which is shown at `--log-level debug` only.
 */
import { type Meaning, networkMeanings, reasonOf, VERBS } from "../runtime/connection_failure.ts";
import { codeOf, FinpipeError } from "../runtime/errors.ts";

/** A failure of one statement because of the data in it; `sqlState` says which. */
export class RefusedData extends FinpipeError {
  constructor(readonly sqlState: string, database: string, cause: unknown) {
    super("data", `${database} refused a row: SQLSTATE ${sqlState}`, { cause });
  }
}

const UNREACHABLE = "Check that the server runs and that host and port are right";
const NO_RIGHTS = "Grant the missing right to finpipe's role, or use another role";

/** SQLSTATEs (PostgreSQL documentation, appendix A) and system errors by what mends them. */
const MEANINGS: Record<string, Meaning> = {
  "28P01": { kind: "configuration", hint: "Check user and password" },
  "28000": {
    kind: "configuration",
    hint: "Check user and password, and pg_hba.conf of the server",
  },
  "3D000": { kind: "configuration", hint: "Create the database, or name another one" },
  "42501": { kind: "configuration", hint: NO_RIGHTS },
  "3F000": { kind: "configuration", hint: "Run 'finpipe init'" },
  "42P01": { kind: "configuration", hint: "Run 'finpipe init'" },
  "42703": { kind: "configuration", hint: "Run 'finpipe init'" },
  "53100": { kind: "failed", hint: "The server's disk is full: make room there, then run again" },
  "25006": { kind: "failed", hint: "The server is read-only: connect to the primary" },
  "55P03": { kind: "locked", hint: "Another session holds the lock: try again" },
  "57P01": { kind: "unreachable", hint: "The server is shutting down" },
  "57P02": { kind: "unreachable", hint: "The server crashed and restarts" },
  "57P03": { kind: "unreachable", hint: "The server is starting up" },
  "53300": {
    kind: "unreachable",
    hint: "The server has no free connection: raise max_connections",
  },
  ...networkMeanings(UNREACHABLE),
  SELF_SIGNED_CERT_IN_CHAIN: { kind: "configuration", hint: "Name the server's CA in sslrootcert" },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    kind: "configuration",
    hint: "Name the certificate in sslrootcert",
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    kind: "configuration",
    hint: "Name the server's CA in sslrootcert",
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    kind: "configuration",
    hint: "Name the server's CA in sslrootcert",
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    kind: "configuration",
    hint: "The certificate is for another host: use its name in the URL, or sslmode=verify-ca",
  },
  CERT_HAS_EXPIRED: { kind: "configuration", hint: "Renew the server's certificate" },
};

/** Connection failures that the driver reports by text alone (pg 8.23, `lib/client.js`). */
const LOST =
  /Connection terminated|Client has encountered a connection error|timeout expired|not queryable/i;

/**
 * Turns an error of a driver into one for a person.
 *
 * @param database how the message names the database: host, port and name, never a password
 * @param broken the connection's own error, where there was one: it explains the statement's
 */
export function asFinpipeError(error: unknown, database: string, broken?: unknown): FinpipeError {
  if (error instanceof FinpipeError) return error;
  const code = firstCodeOf(error) ?? firstCodeOf(broken);
  const text = error instanceof Error ? error.message : String(error);
  if (code !== undefined && /^2[23]...$/.test(code)) return new RefusedData(code, database, error);
  const meaning = meaningOf(code, text, broken !== undefined);
  if (meaning === undefined) {
    const suffix = code === undefined ? "" : ` (${code})`;
    return new FinpipeError("failed", `${database} failed: ${text}${suffix}`, { cause: error });
  }
  return new FinpipeError(
    meaning.kind,
    `${VERBS[meaning.kind]} ${database}: ${reasonOf(error, broken)}`,
    {
      hint: meaning.hint,
      cause: error,
    },
  );
}

function meaningOf(code: string | undefined, text: string, broken: boolean): Meaning | undefined {
  if (code !== undefined && MEANINGS[code] !== undefined) return MEANINGS[code];
  if (/unsupported startup parameter/.test(text)) {
    return {
      kind: "configuration",
      hint: "Set ignore_startup_parameters = options in PgBouncer, and pool_mode = session",
    };
  }
  if (code?.startsWith("08")) return { kind: "unreachable", hint: UNREACHABLE };
  if (/does not support SSL/.test(text)) {
    return {
      kind: "configuration",
      hint: "The server has no TLS: set sslmode=disable, or set TLS up",
    };
  }
  if (broken || LOST.test(text)) return { kind: "unreachable", hint: UNREACHABLE };
  return undefined;
}

/** Of several addresses' failures the code of the first. */
function firstCodeOf(error: unknown): string | undefined {
  return codeOf(error) ??
    (error instanceof AggregateError ? firstCodeOf(error.errors[0]) : undefined);
}
