/**
 * Airflow's `AIRFLOW_CONN_*` variables: a URI, or a JSON object (Airflow documentation, "Managing
 * Connections").
 */
import * as v from "valibot";
import { type ConnectionForm, type ConnectionParts, parseConnectionUrl } from "./connection_url.ts";
import { POSTGRES_FORM } from "./postgres_url.ts";
import type { Report } from "./problems.ts";

// Every check has its own text: the library's texts quote the value.
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

/**
 * Cuts an Airflow connection into the parts that a URL of the form has.
 *
 * @returns undefined where it cannot be read, which is reported without quoting it
 */
export function parseAirflowConnection(
  value: string,
  report: Report,
  form: ConnectionForm = POSTGRES_FORM,
): ConnectionParts | undefined {
  const trimmed = value.trim();
  return trimmed.startsWith("{")
    ? parseJson(trimmed, form, report)
    : parseUri(trimmed, form, report);
}

function parseUri(uri: string, form: ConnectionForm, report: Report): ConnectionParts | undefined {
  // SQLAlchemy's form names a Python driver, which finpipe ignores.
  const url = uri.replace(/^(\w+)\+\w+:/, "$1:");
  // `get_uri` writes the query by Python's urlencode, and a + in it is a space.
  const parts = parseConnectionUrl(url, form, report, true);
  const extra = parts?.parameters.get("__extra__");
  if (parts === undefined) return undefined;
  if (extra === undefined) return withoutHookExtras(parts, form);
  const parameters = readExtra(extra, form, report);
  return parameters && { ...parts, parameters };
}

function parseJson(
  json: string,
  form: ConnectionForm,
  report: Report,
): ConnectionParts | undefined {
  const [type] = form.schemes;
  const mend = `Write it as {"conn_type": "${type}", "host": ..., "login": ..., ...}`;
  const parsed = v.safeParse(Connection, parseObject(json));
  if (!parsed.success) {
    for (const issue of parsed.issues) {
      report(`its JSON ${v.getDotPath(issue) ?? "value"} ${issue.message}`, mend);
    }
    return undefined;
  }
  const { conn_type, host, login, password, port, schema, extra } = parsed.output;
  if (conn_type && !form.schemes.includes(conn_type.toLowerCase().replace(/\+\w+$/, ""))) {
    report(`its conn_type is not ${type}`, mend);
    return undefined;
  }
  const parameters = readExtra(extra ?? {}, form, report);
  return parameters && {
    host: host || undefined,
    port: port ? String(port) : undefined,
    user: login || undefined,
    password: password || undefined,
    database: schema || undefined,
    parameters,
  };
}

/** Extras are parameters of the URL; given as an object, or as JSON of one. */
function readExtra(
  extra: string | JsonObject,
  { hookExtras }: ConnectionForm,
  report: Report,
): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  const object = typeof extra === "string" ? parseObject(extra || "{}") : extra;
  if (object === undefined) {
    report("its extra is not a JSON object", 'Write it as {"name": "value", ...}');
    return undefined;
  }
  for (const [name, value] of Object.entries(object)) {
    if (hookExtras.includes(name) || value === null) continue;
    // No database parameter has a nested value: only its name is checked, and it is never shown.
    parameters.set(name, typeof value === "object" ? "" : String(value));
  }
  return parameters;
}

function withoutHookExtras(
  parts: ConnectionParts,
  { hookExtras }: ConnectionForm,
): ConnectionParts {
  const parameters = new Map(
    [...parts.parameters].filter(([name]) => !hookExtras.includes(name)),
  );
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
