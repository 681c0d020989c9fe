/** One client, from its first byte to its last. */
import type { Socket } from "node:net";
import { type Engine, type EngineSession, VerticaError } from "../engine.ts";
import type { Faults } from "../faults.ts";
import {
  backendKey,
  errorResponse,
  parameterStatus,
  readyForQuery,
  type ResultForm,
} from "./backend.ts";
import { converse } from "./conversation.ts";
import { BrokenFraming } from "./frames.ts";
import type { Opening } from "./frontend.ts";
import { type Auth, logIn } from "./login.ts";
import { open, type Opened, type Tls } from "./opening.ts";
import { ConnectionGone } from "./socket_stream.ts";

/** What all connections of a server share. */
export interface Shared {
  engine: Engine;
  faults: Faults;
  auth: Auth;
  tls: Tls | undefined;
  /** Whether a client without TLS is sent away. */
  tlsRequired: boolean;
  /** Sessions by what a cancel request names. */
  sessions: Map<string, EngineSession>;
  /** For clients' `protocol_version`, the newest that is spoken. */
  protocol: number;
}

type Startup = Extract<Opening, { kind: "startup" }>;

/** Serves a client; resolves when it has gone and its session is closed. Never throws for a client. */
export async function serve(socket: Socket, shared: Shared): Promise<void> {
  try {
    const opened = await open(socket, shared.tls);
    const { opening, stream, outbox } = opened;
    if (opening.kind === "cancel") {
      shared.sessions.get(keyOf(opening.process, opening.key))?.cancel();
      return;
    }
    try {
      await talk(opened, opening, shared);
    } catch (error) {
      if (!(error instanceof VerticaError || error instanceof BrokenFraming)) throw error;
      errorResponse(outbox.writer, fatal(error));
      await outbox.flush();
    }
    await stream.close();
  } catch (error) {
    if (!(error instanceof ConnectionGone || error instanceof BrokenFraming)) throw error;
  } finally {
    socket.destroy();
  }
}

async function talk(opened: Opened, startup: Startup, shared: Shared): Promise<void> {
  const { inbox, outbox, stream } = opened;
  const { engine, faults, auth } = shared;
  const parameter = (name: string) => startup.parameters.get(name) ?? "";
  const user = parameter("user");
  const label = parameter("client_label");
  if (faults.login !== undefined) throw faults.login;
  if (shared.tlsRequired && !opened.isTls) throw noTls(user);
  await logIn(inbox, outbox, { auth, user, engine, faults });
  if (faults.silentLogin === "before the session") await inbox.silence();
  const session = await engine.openSession({
    user,
    database: parameter("database"),
    clientLabel: label,
    autocommit: onOrOff(startup.parameters.get("autocommit")),
  });
  const key = newKey();
  const name = keyOf(key.process, key.key);
  const cancel = () => session.cancel();
  try {
    shared.sessions.set(name, session);
    stream.gone.addEventListener("abort", cancel);
    session.onParameter = (name, value) => parameterStatus(outbox.writer, name, value);
    const protocol = Math.min(startup.protocol, shared.protocol);
    const form = formOf(startup, protocol);
    const parameters = startParameters(startup, protocol, form);
    for (const [name, value] of Object.entries(parameters)) {
      parameterStatus(outbox.writer, name, value);
    }
    backendKey(outbox.writer, key.process, key.key);
    readyForQuery(outbox.writer, session.status);
    await outbox.flush();
    inbox.watch({ judge: faults.watch(label), copyRate: () => faults.copyRate });
    await converse(session, engine, { inbox, outbox, protocol, form });
  } finally {
    stream.gone.removeEventListener("abort", cancel);
    shared.sessions.delete(name);
    await session.close();
  }
}

/** What the client wants, as far as its protocol has it. */
function formOf({ parameters }: Startup, protocol: number): ResultForm {
  const features = parameters.get("protocol_features") ?? "";
  return {
    binary: parameters.get("binary_data_protocol") === "1",
    complexTypes: protocol >= PROTOCOL_3_12 && /"request_complex_types"\s*:\s*true/.test(features),
  };
}

const PROTOCOL_3_12 = (3 << 16) | 12;

/** What a client is told of its session before the first statement. */
function startParameters(
  { parameters }: Startup,
  protocol: number,
  form: ResultForm,
): Record<string, string> {
  return {
    server_version: SERVER_VERSION,
    protocol_version: String(protocol),
    client_locale: "en_US@collation=binary",
    client_label: parameters.get("client_label") ?? "",
    long_string_types: "on",
    standard_conforming_strings: "on",
    auto_commit: parameters.get("autocommit") ?? "off",
    MARS: "off",
    timezone: "UTC",
    request_complex_types: form.complexTypes ? "on" : "off",
  };
}

const SERVER_VERSION = "v24.2.0-0";

function onOrOff(value: string | undefined): boolean | undefined {
  return value === undefined ? undefined : value === "on";
}

function newKey(): { process: number; key: number } {
  const [process = 0, key = 0] = crypto.getRandomValues(new Int32Array(2));
  return { process: process & 0x7fffffff, key };
}

function keyOf(process: number, key: number): string {
  return `${process}/${key}`;
}

/** An error before there is a session ends the connection. */
function fatal(error: VerticaError | BrokenFraming): VerticaError {
  const { message } = error;
  return error instanceof VerticaError
    ? new VerticaError(error.sqlState, error.vendorCode, message, {
      ...error.more,
      severity: "FATAL",
    })
    : new VerticaError("08P01", 2000, `Invalid message: ${message}`, { severity: "FATAL" });
}

function noTls(user: string): VerticaError {
  return new VerticaError(
    "28000",
    2248,
    `Authentication failed for username "${user}": the server accepts TLS connections only`,
    { severity: "FATAL" },
  );
}
