/**
 * What an error of Vertica means for a person: which kind of failure, and what to do.
 *
 * Messages that quote row values (class 22 and 23, and every detail) stay in `cause`, which is shown
 * at `--log-level debug` only.
 */
import { type Meaning, networkMeanings, VERBS } from "../../runtime/connection_failure.ts";
import { FinpipeError } from "../../runtime/errors.ts";

const UNREACHABLE = "Check that the database is up and that hosts and port are right";
const NO_RIGHTS = "Have a DBA grant what sql/warehouse/vertica/grants.sql lists to finpipe's user";
// The runtime gives one code for both.
const NAME_CA = "Name the PEM of the server's CA in tls_ca_file; if it is that, see whether the " +
  "server's certificate has expired";
const INIT = "Run 'finpipe init'";

// Vertica documentation, "Managing disk space": it refuses what would write before a disk is full.
const DISK_FULL = "A node's disk is full (v_monitor.disk_storage): make room there, then run again";
const POOL_MEMORY =
  "The statement needs more memory than there is: have a DBA look at the resource " +
  "pool of finpipe's user";

/** SQLSTATEs (Vertica documentation, "Error messages") and system errors by what mends them. */
const MEANINGS: Record<string, Meaning> = {
  "28000": { kind: "configuration", hint: "Check user, password or token, and how they log in" },
  "28P01": { kind: "configuration", hint: "Check user and password" },
  "3D000": { kind: "configuration", hint: "Create the database, or name another one" },
  "42501": { kind: "configuration", hint: NO_RIGHTS },
  "3F000": { kind: "configuration", hint: INIT },
  "42V01": { kind: "configuration", hint: INIT },
  "42703": { kind: "configuration", hint: INIT },
  "53100": { kind: "failed", hint: DISK_FULL },
  "53200": { kind: "failed", hint: POOL_MEMORY },
  "57014": { kind: "failed", hint: "Raise statement_timeout, or ask the DBA who cancelled it" },
  "55V03": { kind: "locked", hint: "Another session holds the lock (v_monitor.locks): try again" },
  "53000": { kind: "unreachable", hint: "The resource pool of finpipe's user has no room" },
  "53300": { kind: "unreachable", hint: "The server takes no more sessions: raise the limit" },
  "57V01": { kind: "unreachable", hint: "The server is shutting down" },
  "57V02": { kind: "unreachable", hint: "The server crashed and restarts" },
  "57V03": { kind: "unreachable", hint: "The server is starting up" },
  ...networkMeanings(UNREACHABLE),
  SELF_SIGNED_CERT_IN_CHAIN: { kind: "configuration", hint: NAME_CA },
  DEPTH_ZERO_SELF_SIGNED_CERT: { kind: "configuration", hint: NAME_CA },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { kind: "configuration", hint: NAME_CA },
  UNABLE_TO_GET_ISSUER_CERT: { kind: "configuration", hint: NAME_CA },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { kind: "configuration", hint: NAME_CA },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    kind: "configuration",
    hint: "The certificate is for another host: use its name in the URL, or tls_mode=verify-ca",
  },
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: {
    kind: "configuration",
    hint: "The server asks for a client certificate: set tls_cert_file and tls_key_file",
  },
  CERT_HAS_EXPIRED: { kind: "configuration", hint: "Renew the server's certificate" },
};

const TLS_FAILED: Meaning = {
  kind: "configuration",
  hint: "There was no TLS handshake: look into the server's log, and at tls_mode and the TLS files",
};

/** Errors whose SQLSTATE says less than their text (Vertica documentation, "Error messages": 53000). */
const SPECIAL: readonly [code: string, text: RegExp, meaning: Meaning][] = [
  ["53000", /ROS containers/, {
    kind: "unreachable",
    hint: "A mergeout has to come first: wait, or run SELECT DO_TM_TASK('mergeout')",
  }],
  ["53000", /temp space cap/, {
    kind: "failed",
    hint: "Raise the TEMPSPACECAP of finpipe's user",
  }],
];

/** What the driver says by text alone (vertica-nodejs 1.1.4, `lib/client.js`, `lib/connection.js`). */
const TEXTS: readonly [text: RegExp, meaning: Meaning][] = [
  [/does not support TLS/, {
    kind: "configuration",
    hint: "The server has no TLS: set tls_mode=disable, or set TLS up there",
  }],
  [/establishing a TLS connection/, {
    kind: "configuration",
    hint: "The server could not begin TLS: look into its log",
  }],
  [/Password expired/, {
    kind: "configuration",
    hint: "Set a new password in vsql, and in the connection",
  }],
  [/Unsupported Protocol Version|authentication request message type/, {
    kind: "configuration",
    hint: "The server speaks another protocol, or asks for a login that finpipe does not know",
  }],
  [
    /Connection terminated|connection error|was closed|timeout expired|Could not resolve host/i,
    { kind: "unreachable", hint: UNREACHABLE },
  ],
  [/^Protocol error/, { kind: "unreachable", hint: "What answers there may be no Vertica" }],
];

/**
 * Turns an error of the driver into one for a person.
 *
 * @param database how the message names the database: host, port and name, never a password
 * @param broken the connection's own error, where there was one: it explains the statement's
 */
export function asFinpipeError(error: unknown, database: string, broken?: unknown): FinpipeError {
  if (error instanceof FinpipeError) return error;
  if (broken instanceof FinpipeError) return broken;
  const code = codeOf(error) ?? codeOf(broken);
  if (code !== undefined && /^2[23]...$/.test(code)) {
    return new FinpipeError("data", `${database} refused a value: SQLSTATE ${code}`, {
      cause: error,
    });
  }
  const reason = reasonOf(error, broken);
  const meaning = meaningOf(code, reason, broken !== undefined);
  if (meaning === undefined) {
    const suffix = code === undefined ? "" : ` (${code})`;
    return new FinpipeError("failed", `${database} failed: ${reason}${suffix}`, { cause: error });
  }
  const { kind, hint } = meaning;
  return new FinpipeError(kind, `${VERBS[kind]} ${database}: ${reason}`, { hint, cause: error });
}

function meaningOf(
  code: string | undefined,
  text: string,
  isBroken: boolean,
): Meaning | undefined {
  const special = SPECIAL.find(([state, pattern]) => state === code && pattern.test(text));
  if (special !== undefined) return special[2];
  if (code !== undefined && MEANINGS[code] !== undefined) return MEANINGS[code];
  if (code?.startsWith("08")) return { kind: "unreachable", hint: UNREACHABLE };
  if (code?.startsWith("28")) return MEANINGS["28000"];
  if (code?.startsWith("ERR_SSL")) return TLS_FAILED;
  for (const [pattern, meaning] of TEXTS) if (pattern.test(text)) return meaning;
  return isBroken ? { kind: "unreachable", hint: UNREACHABLE } : undefined;
}

function reasonOf(error: unknown, broken: unknown): string {
  for (const candidate of [broken, error]) {
    if (candidate instanceof AggregateError && candidate.errors.length > 0) {
      return reasonOf(candidate.errors[0], undefined);
    }
    if (candidate instanceof Error && candidate.message !== "") return candidate.message;
  }
  return String(error);
}

/** A SQLSTATE, or the system's code. */
function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}
