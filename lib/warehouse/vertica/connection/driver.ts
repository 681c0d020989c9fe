/**
 * The part of vertica-nodejs 1.1.4 that finpipe uses, with what would hurt us kept out. The only file
 * that imports it.
 */
import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import tls from "node:tls";
import vertica from "vertica-nodejs";
import type { VerticaTls } from "../../../config/vertica_tls.ts";
import type { SqlRow } from "../../../sql/query.ts";
import { LoginWatch } from "./login_watch.ts";
import { ServerMessages } from "./server_messages.ts";
import { messageOf } from "../../../runtime/errors.ts";

/** What the driver hands to and fro on the wire (its `lib/connection.js`). */
export interface DriverConnection extends EventEmitter {
  /** The socket; the TLS socket in its place once there is one. */
  stream: Socket;
  tls_config: tls.ConnectionOptions | undefined;
  tls_mode: string;
  sendCopyDone(): void;
  sendCopyFail(message: string): void;
  /** Replaced by ours, see `copy_stream.ts`. */
  sendCopyDataStream(): void;
  attachListeners(stream: EventEmitter): void;
}

/** The rows of a statement, by column name. */
export interface DriverResult {
  rows: SqlRow[];
}

/** One session (its `lib/client.js`). */
export interface DriverClient extends EventEmitter {
  readonly connection: DriverConnection;
  connect(): Promise<void>;
  query(query: { text: string }): Promise<DriverResult>;
  end(): Promise<void>;
}

export interface DriverOptions {
  /** An address, not a name: with more than one to try, the driver would reconnect by itself. */
  address: string;
  port: number;
  /** The name that the certificate must be for. */
  host: string;
  user: string;
  password: string | undefined;
  oauthToken: string | undefined;
  database: string;
  tls: false | VerticaTls;
  /** Shown in `v_monitor.sessions`. */
  label: string;
  /** Milliseconds to wait for the connection, and then again for the login. */
  connectTimeout: number;
}

/** Milliseconds of silence after which the operating system asks whether the other side lives. */
const KEEP_ALIVE_AFTER = 30_000;

/** A client that is not connected yet. Values come as the text that the server sent. */
export function createClient(options: DriverOptions): DriverClient {
  const { address, port, user, password = "", oauthToken = "", database, label } = options;
  const config = {
    host: address,
    port,
    user,
    password,
    oauth_access_token: oauthToken,
    database,
    client_label: label,
    // An array, as the driver would look into the environment in place of an empty text.
    backup_server_node: [],
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER,
    types: { getTypeParser: () => (value: string) => value },
  };
  const client = new vertica.Client(config);
  ignoreEnvironment(client, config);
  const tlsConfig = tlsConfigOf(options);
  // In the driver, a mode that it does not know goes on in clear text; its own modes take no client
  // certificate. With a configuration for the socket it asks no mode.
  for (const part of [client, client.connection]) {
    part.tls_config = tlsConfig;
    part.tls_mode = "disable";
  }
  watchLogin(client, options);
  return client;
}

/** Puts limits to the login, and Vertica's own number on each of its errors. */
function watchLogin(client: DriverClient, { user, connectTimeout }: DriverOptions): void {
  const { connection } = client;
  const watch = new LoginWatch({
    user,
    connectTimeout,
    loginTimeout: connectTimeout,
    giveUp: (failure) => void connection.stream.destroy(failure),
  });
  const messages = new ServerMessages((message) => watch.authentication(message));
  // Before the driver's own listeners, which come with the connection.
  connection.on("connect", () => watch.connected());
  // Of a login that is broken off by ourselves the driver says nothing.
  connection.on("end", () => watch.ended());
  connection.on("errorMessage", (error: { vendorCode?: number | undefined }) => {
    error.vendorCode = messages.nextVendorCode();
  });
  failSoftly(connection, messages);
  const connect = client.connect.bind(client);
  client.connect = () => watch.over(connect);
}

/** Milliseconds for a goodbye to be taken. */
const GOODBYE = 1000;

/**
 * Ends a session; one that does not take the goodbye is cut. Never throws.
 *
 * @param isBroken there is nobody to say goodbye to
 */
export async function endClient(client: DriverClient, isBroken = false): Promise<void> {
  const { connection } = client;
  const ended = new Promise<void>((resolve) => connection.once("end", resolve));
  // Marks the client as ending, and says farewell; it waits for an end that may have been.
  client.end().catch(() => {});
  if (isBroken || connection.stream.destroyed) {
    connection.stream.destroy();
    return;
  }
  const timer = setTimeout(() => connection.stream.destroy(), GOODBYE);
  await ended;
  clearTimeout(timer);
}

/** For each value that is left empty the driver takes `V_*` of the environment, also a token. */
function ignoreEnvironment(
  client: Record<string, unknown>,
  { user, password, oauth_access_token, database }: Record<string, unknown>,
): void {
  const own = { user, password, oauth_access_token, database };
  Object.assign(client, own);
  Object.assign(client.connectionParameters as object, own, {
    options: "",
    binary: false,
    replication: "",
    client_encoding: "",
  });
}

function tlsConfigOf({ tls: asked, host }: DriverOptions): tls.ConnectionOptions | undefined {
  if (asked === false) return undefined;
  const { verify, ca, client } = asked;
  return {
    rejectUnauthorized: verify !== "none",
    host,
    // Names only: an address is no name to ask a server for (RFC 6066).
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
    ...(ca === undefined ? {} : { ca }),
    ...(client ?? {}),
    checkServerIdentity: (_name, certificate) =>
      verify === "full" ? tls.checkServerIdentity(host, certificate) : undefined,
  };
}

/**
 * The driver throws in the socket's data handler where a message comes that it does not expect, which
 * would end the process. Such a session is broken, and nothing else is.
 */
function failSoftly(connection: DriverConnection, messages: ServerMessages): void {
  const attach = connection.attachListeners.bind(connection);
  connection.attachListeners = (stream) => {
    const socket = stream as Socket;
    const guarded = {
      on(event: string, listener: (...args: unknown[]) => void) {
        socket.on(event, (...args: unknown[]) => {
          try {
            if (event === "data") messages.push(args[0] as Uint8Array);
            listener(...args);
          } catch (error) {
            const reason = messageOf(error);
            socket.destroy(new Error(`Protocol error: ${reason}`, { cause: error }));
          }
        });
        return guarded;
      },
    };
    attach(guarded as unknown as EventEmitter);
  };
}
