/** What is known of errors: which kind of failure it is, and what a person does about it. */
import { type Meaning, networkMeanings } from "../../runtime/connection_failure.ts";

export const UNREACHABLE = "Check that the database is up and that hosts and port are right";
const NO_RIGHTS = "Run 'finpipe doctor': it says which GRANT is missing, of those that " +
  "sql/warehouse/vertica/grants.sql lists";
// The runtime gives one code for both.
const NAME_CA = "Name the PEM of the server's CA in tls_ca_file; if it is that, see whether the " +
  "server's certificate has expired";
// The version of the schema was looked at before: init finds nothing to do.
const DRIFT = "Run 'finpipe doctor': it says what differs from what finpipe made";

// Vertica documentation, "Managing disk space": it refuses what would write before a disk is full.
const DISK_FULL = "A node's disk is full (v_monitor.disk_storage): make room there, then run again";
const POOL_ROOM =
  "The resource pool of finpipe's user has no room (v_monitor.resource_queues): run " +
  "again later, or have a DBA look at it";
const SESSIONS =
  "The server takes no more sessions: run again when some have ended, or have a DBA " +
  "raise MaxClientSessions";
const LOCKED =
  "Another session holds the lock (v_monitor.locks has its session_id): run again when " +
  "it is done, or have a DBA end it";
const AGAIN = "run the command again when it is up";
const BROKEN =
  "The server, or something between, ended the connection: look whether the node is up, " +
  "and run the command again";
const POOL_MEMORY =
  "The statement needs more memory than there is: have a DBA look at the resource " +
  "pool of finpipe's user";

/** SQLSTATEs (Vertica documentation, "Error messages") and system errors by what mends them. */
export const MEANINGS: Record<string, Meaning> = {
  "28000": { kind: "configuration", hint: "Check user, password or token, and how they log in" },
  "28P01": { kind: "configuration", hint: "Check user and password" },
  "3D000": { kind: "configuration", hint: "Create the database, or name another one" },
  "42501": { kind: "configuration", hint: NO_RIGHTS },
  "3F000": { kind: "configuration", hint: DRIFT },
  "42V01": { kind: "configuration", hint: DRIFT },
  "42703": { kind: "configuration", hint: DRIFT },
  "53100": { kind: "failed", hint: DISK_FULL },
  "53200": { kind: "failed", hint: POOL_MEMORY },
  "57014": { kind: "failed", hint: "Raise statement_timeout, or ask the DBA who cancelled it" },
  "55V03": { kind: "locked", hint: LOCKED },
  "53000": { kind: "unreachable", hint: POOL_ROOM },
  "53300": { kind: "unreachable", hint: SESSIONS },
  "57V01": { kind: "unreachable", hint: `The server is shutting down: ${AGAIN}` },
  "57V02": { kind: "unreachable", hint: `The server crashed and restarts: ${AGAIN}` },
  "57V03": { kind: "unreachable", hint: `The server is starting up: ${AGAIN}` },
  ...networkMeanings(UNREACHABLE),
  ECONNRESET: { kind: "unreachable", hint: BROKEN },
  EPIPE: { kind: "unreachable", hint: BROKEN },
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

export const TLS_FAILED: Meaning = {
  kind: "configuration",
  hint: "There was no TLS handshake: look into the server's log, and at tls_mode and the TLS files",
};

/** Errors whose SQLSTATE says less than their text (Vertica documentation, "Error messages": 53000). */
export const SPECIAL: readonly [code: string, text: RegExp, meaning: Meaning][] = [
  ["28000", /locked/i, {
    kind: "configuration",
    hint:
      "Have a DBA run ALTER USER ... ACCOUNT UNLOCK, and look who logs in with a wrong password",
  }],
  ["28000", /TLS|SSL/, {
    kind: "configuration",
    hint: "The server takes no clear text: set tls_mode, verify-full with tls_ca_file best of all",
  }],
  ["53000", /ROS containers/, {
    kind: "unreachable",
    hint: "A mergeout has to come first: run again later, or SELECT DO_TM_TASK('mergeout')",
  }],
  ["53000", /temp space cap/, {
    kind: "failed",
    hint: "Raise the TEMPSPACECAP of finpipe's user",
  }],
];

/** What the driver says by text alone (vertica-nodejs 1.1.4, `lib/client.js`, `lib/connection.js`). */
export const TEXTS: readonly [text: RegExp, meaning: Meaning][] = [
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
  [/Connection terminated|was closed/i, { kind: "unreachable", hint: BROKEN }],
  [
    /connection error|timeout expired|Could not resolve host/i,
    { kind: "unreachable", hint: UNREACHABLE },
  ],
  [/^Protocol error/, { kind: "unreachable", hint: "What answers there may be no Vertica" }],
];
