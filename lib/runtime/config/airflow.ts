/**
 * Airflow's `AIRFLOW_CONN_*` variables of PostgreSQL: a URI, or a JSON object (Airflow
 * documentation, "Managing Connections").
 */
import * as v from "valibot";
import { type ConnectionParts, parsePostgresUrl } from "./postgres_url.ts";
import type { Report } from "./problems.ts";

// Every check has a text of ours: the library's own ones quote the value.
const text = v.nullish(v.string("must be a string"));
const Connection = v.object({
  conn_type: text,
  host: text,
  login: text,
  password: text,
  schema: text,
  port: v.nullish(v.custom<string | number>(isPort, "must be a whole number")),
  extra: v.nullish(v.custom<string | JsonObject>(isExtra, "must be an object")),
}, "must be a JSON object");

type JsonObject = Record<string, unknown>;

/** Extras that are about Airflow's own hook. */
const HOOK_EXTRAS = new Set(["cursor", "sqlalchemy_scheme", "sqlalchemy_query"]);

const JSON_FORM = 'Write it as {"conn_type": "postgres", "host": ..., "login": ..., ...}';

/**
 * Cuts an Airflow connection into the parts that a `postgres://` URL has.
 *
 * @returns undefined where it cannot be read, which is reported without quoting it
 */
export function parseAirflowConnection(value: string, report: Report): ConnectionParts | undefined {
  const trimmed = value.trim();
  return trimmed.startsWith("{") ? parseJson(trimmed, report) : parseUri(trimmed, report);
}

function parseUri(uri: string, report: Report): ConnectionParts | undefined {
  // SQLAlchemy's form names a Python driver, which is not ours.
  const url = uri.replace(/^(postgres|postgresql)\+\w+:/, "$1:");
  const parts = parsePostgresUrl(url, report);
  const extra = parts?.parameters.get("__extra__");
  if (parts === undefined) return undefined;
  if (extra === undefined) return withoutHookExtras(parts);
  const parameters = readExtra(extra, report);
  return parameters && { ...parts, parameters };
}

function parseJson(json: string, report: Report): ConnectionParts | undefined {
  const parsed = v.safeParse(Connection, parseObject(json));
  if (!parsed.success) {
    for (const issue of parsed.issues) {
      report(`its JSON ${v.getDotPath(issue) ?? "value"} ${issue.message}`, JSON_FORM);
    }
    return undefined;
  }
  const { conn_type, host, login, password, port, schema, extra } = parsed.output;
  if (conn_type && !/^postgres(ql)?(\+\w+)?$/i.test(conn_type)) {
    report("its conn_type is not postgres", JSON_FORM);
    return undefined;
  }
  const parameters = readExtra(extra ?? {}, report);
  return parameters && {
    host: host || undefined,
    port: port ? String(port) : undefined,
    user: login || undefined,
    password: password || undefined,
    database: schema || undefined,
    parameters,
  };
}

/** Extras are parameters of libpq; given as an object, or as JSON of one. */
function readExtra(
  extra: string | JsonObject,
  report: Report,
): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  const object = typeof extra === "string" ? parseObject(extra || "{}") : extra;
  if (object === undefined) {
    report("its extra is not a JSON object", 'Write it as {"sslmode": "verify-full"}');
    return undefined;
  }
  for (const [name, value] of Object.entries(object)) {
    if (HOOK_EXTRAS.has(name) || value === null) continue;
    // A nested value is none that libpq knows: its name is judged, and it is never shown.
    parameters.set(name, typeof value === "object" ? "" : String(value));
  }
  return parameters;
}

function withoutHookExtras(parts: ConnectionParts): ConnectionParts {
  const parameters = new Map([...parts.parameters].filter(([name]) => !HOOK_EXTRAS.has(name)));
  return { ...parts, parameters };
}

/** Undefined where the text is no JSON object; the parser's error would quote the text. */
function parseObject(json: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPort(value: unknown): boolean {
  return typeof value === "string" || Number.isInteger(value);
}

function isExtra(value: unknown): boolean {
  return typeof value === "string" || isObject(value);
}
