/**
 * What is known of errors that are not the server's own: which kind of failure it is, and what a person
 * does about it. The server's are in error_classes.ts.
 */
import { type Meaning, networkMeanings } from "../../../runtime/connection_failure.ts";

export const UNREACHABLE = "Check that the database is up and that hosts and port are right";
// The runtime gives one code for both.
const NAME_CA =
  "Name the PEM of the server's CA in tls_ca_file. If it is named already, check whether the " +
  "server's certificate has expired";
const BROKEN =
  "The server, or something in between, ended the connection: check that the node is up, and " +
  "run the command again";
/** System errors by what mends them. */
export const MEANINGS: Record<string, Meaning> = {
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
  hint: "There was no TLS handshake: check the server's log, tls_mode and the TLS files",
};

/**
 * Errors that the driver tells apart only by text (vertica-nodejs 1.1.4, `lib/client.js`,
 * `lib/connection.js`).
 */
export const TEXTS: readonly [text: RegExp, meaning: Meaning][] = [
  [/does not support TLS/, {
    kind: "configuration",
    hint: "The server has no TLS: set tls_mode=disable, or set up TLS there",
  }],
  [/establishing a TLS connection/, {
    kind: "configuration",
    hint: "The server could not start TLS: check its log",
  }],
  [/Password expired/, {
    kind: "configuration",
    hint: "Set a new password in vsql, and in the connection",
  }],
  [/Unsupported Protocol Version|authentication request message type/, {
    kind: "configuration",
    hint: "The server speaks another protocol, or asks for a kind of login that finpipe does not " +
      "know",
  }],
  [/Connection terminated|was closed/i, { kind: "unreachable", hint: BROKEN }],
  [
    /connection error|Could not resolve host/i,
    { kind: "unreachable", hint: UNREACHABLE },
  ],
  [/^Protocol error/, {
    kind: "unreachable",
    hint: "The server that answers there may not be Vertica",
  }],
];
