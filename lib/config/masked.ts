/** Connections as they may be shown: without password, token, or what could be a piece of one. */
import { parseAirflowConnection } from "./airflow.ts";
import { type ConnectionForm, type ConnectionParts, parseConnectionUrl } from "./connection_url.ts";

/** Stands for a secret. */
export const MASK = "***";

/** Parameters that say where, as whom and how safely; any other may hold a secret. */
const SHOWN =
  /^(host|port|user|dbname|ssl(mode|rootcert|cert|key)|tls_\w+|backup_server_node|statement_timeout|connect_timeout|application_name)$/;

/**
 * A URL, or an Airflow connection as a URL, with its secrets masked; all of it where it cannot be
 * read, as nobody knows then where the password ends.
 */
export function maskedConnection(
  value: string,
  form: ConnectionForm,
  isAirflow: boolean,
): string {
  if (value === "embedded") return value;
  let isReadable = true;
  const report = () => void (isReadable = false);
  const parts = isAirflow
    ? parseAirflowConnection(value, report, form)
    : parseConnectionUrl(value, form, report);
  return parts === undefined || !isReadable ? MASK : urlOf(parts, form);
}

function urlOf(parts: ConnectionParts, { schemes }: ConnectionForm): string {
  const { host = "", port, user, password, database, parameters } = parts;
  const server = host.includes(":") ? `[${host}]` : encodeURIComponent(host);
  const login = user === undefined && password === undefined
    ? ""
    : `${encodeURIComponent(user ?? "")}${password === undefined ? "" : `:${MASK}`}@`;
  const query = [...parameters].map(([name, value]) =>
    SHOWN.test(name) ? `${name}=${value}` : `${/^[a-z_]{1,40}$/i.test(name) ? name : MASK}=${MASK}`
  );
  return `${schemes[0]}://${login}${server}${port === undefined ? "" : `:${port}`}` +
    `${database === undefined ? "" : `/${encodeURIComponent(database)}`}` +
    `${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

/** Addresses; masked where somebody may have written a login before it. */
export function maskedAddresses(value: string): string {
  return value.includes("@") ? MASK : value;
}
