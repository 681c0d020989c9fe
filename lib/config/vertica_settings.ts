/**
 * How to reach a Vertica database:
 * `vertica://user:password@host:5433/db?tls_mode=...&backup_server_node=host:port,...`.
 */
import { isLoopback } from "../runtime/loopback.ts";
import {
  type ConnectionForm,
  type ConnectionParts,
  readPort,
  reportUnknown,
} from "./connection_url.ts";
import { parseDuration } from "./duration.ts";
import type { Report } from "./problems.ts";
import type { Secret } from "./secrets.ts";
import { readVerticaTls, type VerticaTls } from "./vertica_tls.ts";

/** A node of the database. */
export interface VerticaNode {
  /** A name or an address. */
  host: string;
  port: number;
}

/** How to reach a Vertica database, ready for the driver. */
export interface VerticaSettings {
  /** Tried in this order, until one takes the connection. */
  nodes: readonly VerticaNode[];
  user: string;
  password: string | undefined;
  /** Sent in place of a password. */
  oauthToken: string | undefined;
  database: string;
  /** False is clear text. */
  tls: false | VerticaTls;
  /** Milliseconds after which the server ends a statement; undefined leaves it to the server. */
  statementTimeout: number | undefined;
  /** How messages name it: host, port and database, never a secret. */
  displayName: string;
  /** A warning to log whenever the connection is used. */
  warning: string | undefined;
}

/** Extras of Airflow's Vertica hook that do not say where to connect, as whom, or how safely. */
export const VERTICA_FORM: ConnectionForm = {
  schemes: ["vertica"],
  example: "vertica://user:password@host:5433/db",
  hookExtras: [
    "autocommit",
    "binary_transfer",
    "connection_load_balance",
    "connection_timeout",
    "disable_copy_local",
    "log_level",
    "log_path",
    "request_complex_types",
    "session_label",
    "unicode_error",
    "use_prepared_statements",
    "workload",
  ],
};

const DEFAULT_PORT = "5433";
const KNOWN = new Set([
  "tls_mode",
  "tls_ca_file",
  "tls_cert_file",
  "tls_key_file",
  "backup_server_node",
  "statement_timeout",
]);

/**
 * Parameters of other clients that ask for safety or hold a secret: ignoring them would be wrong.
 */
const ELSEWHERE: readonly [name: string, mend: string][] = [
  ["ssl", "Take it out, and set tls_mode to require, verify-ca or verify-full"],
  ["oauth_access_token", "Take it out, and set FINPIPE_VERTICA_OAUTH_TOKEN"],
];

/**
 * Settings for the driver; TLS files are read.
 *
 * @param oauthToken where it is set, with the variable that it came from
 * @returns settings of use only where nothing was reported
 */
export async function verticaSettings(
  parts: ConnectionParts,
  oauthToken: Secret | undefined,
  report: Report,
): Promise<VerticaSettings> {
  const { host = "localhost", user, password, database } = parts;
  const parameters = new Map(parts.parameters);
  for (const [name, mend] of ELSEWHERE) {
    if (parameters.delete(name)) {
      report(`it has the parameter "${name}", which is for another client`, mend);
    }
  }
  reportUnknown(parameters, KNOWN, report);
  if (user === undefined && oauthToken === undefined) report("it names no user", FORM);
  if (database === undefined) report("it names no database", FORM);
  if (password !== undefined && oauthToken !== undefined) {
    report(`it has a password, and ${oauthToken.origin} is set`, "Use only one of the two");
  }
  const first = { host, port: readPort(parts.port ?? DEFAULT_PORT, DEFAULT_PORT, report) };
  const backups = readNodes(parameters.get("backup_server_node"), report);
  const nodes = [first, ...backups];
  const others = backups.length === 0 ? "" : ` and ${backups.length} more`;
  const tls = await readVerticaTls(parameters, report);
  const isOpen = !parameters.has("tls_mode") && !nodes.every(({ host }) => isLoopback(host));
  const displayName = `Vertica at ${shown(first)}/${database}${others}`;
  return {
    nodes,
    user: user ?? "",
    password,
    oauthToken: oauthToken?.value,
    database: database ?? "",
    tls,
    statementTimeout: readTimeout(parameters.get("statement_timeout"), report),
    displayName,
    warning: isOpen
      ? `Password and rows go to ${displayName} in clear text: ${NO_MODE}`
      : undefined,
  };
}

const FORM = `Write it as ${VERTICA_FORM.example}`;
const NO_MODE = "tls_mode is not set. Set it to verify-full with tls_ca_file, or to disable";

/** A node as a person writes it. */
export function shown({ host, port }: VerticaNode): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** `host:port,...`; the port may be left out. */
function readNodes(text: string | undefined, report: Report): VerticaNode[] {
  if (text === undefined) return [];
  return text.split(",").flatMap((entry) => {
    const [, host, port = DEFAULT_PORT] = /^(\[[^\]]+\]|[^:[\]]+)(?::(.*))?$/.exec(entry.trim()) ??
      [];
    if (host === undefined) {
      report("backup_server_node cannot be read", "Write it as host:port,host:port");
      return [];
    }
    const bare = host.replace(/^\[|\]$/g, "");
    return [{ host: bare, port: readPort(port, DEFAULT_PORT, report) }];
  });
}

function readTimeout(text: string | undefined, report: Report): number | undefined {
  if (text === undefined) return undefined;
  try {
    // Vertica's RUNTIMECAP takes at most a year.
    const milliseconds = parseDuration(text, "statement_timeout");
    if (milliseconds >= 1000 && milliseconds <= 31_536_000_000) return milliseconds;
  } catch {
    // Reported below, with the settings' other problems.
  }
  report(
    "statement_timeout is not a duration from 1s to 365d",
    "Write it as statement_timeout=30m",
  );
  return undefined;
}
