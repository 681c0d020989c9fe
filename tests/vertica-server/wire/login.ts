/** Who may log in (vertica-python, backend_messages/authentication.py, frontend_messages/password.py). */
import { createHash, randomBytes } from "node:crypto";
import { type Engine, VerticaError } from "../engine.ts";
import { authentication } from "./backend.ts";
import { readText } from "./frontend.ts";
import type { Inbox } from "./inbox.ts";
import type { Faults } from "../faults.ts";
import type { Outbox } from "./outbox.ts";
import { BrokenFraming } from "./frames.ts";

/**
 * How a user proves who it is: not at all; by password in clear or hashed; by an access token; by a
 * password and a second factor, which no client here can give.
 */
export type Auth = "trust" | "password" | "md5" | "sha512" | "oauth" | "second factor";

const CODES = { password: 3, md5: 5, oauth: 12, sha512: 66048, "second factor": 66048 };
const OK = 0;
/** Made up: what Vertica asks a second factor by is in no client that could be read. */
const SECOND_FACTOR = 13;
const SALT = 4;
const USER_SALT = 16;

export interface Login {
  auth: Auth;
  user: string;
  engine: Engine;
  faults: Faults;
}

/** @throws VerticaError for whom does not get in, in the words of Vertica */
export async function logIn(
  inbox: Inbox,
  outbox: Outbox,
  { auth, user, engine, faults }: Login,
): Promise<void> {
  if (faults.silentLogin === "before the password") await inbox.silence();
  if (auth !== "trust") {
    const salt = randomBytes(SALT);
    const userSalt = randomBytes(USER_SALT);
    const isSalted = auth === "sha512" || auth === "second factor";
    const rest = isSalted ? salts(salt, userSalt) : auth === "md5" ? salt : undefined;
    const answer = await ask(inbox, outbox, CODES[auth], rest);
    if (faults.silentLogin === "after the password") await inbox.silence();
    const password = await engine.passwordOf(user);
    if (
      password === undefined || answer !== rightAnswer(auth, { password, user, salt, userSalt })
    ) {
      throw notAllowed(auth);
    }
    if (auth === "second factor") {
      await ask(inbox, outbox, SECOND_FACTOR);
      throw notAllowed(auth);
    }
  }
  authentication(outbox.writer, OK);
}

/** What the client answers. */
async function ask(
  inbox: Inbox,
  outbox: Outbox,
  what: number,
  rest?: Uint8Array,
): Promise<string> {
  authentication(outbox.writer, what, rest);
  await outbox.flush();
  const { code, body } = await inbox.next();
  if (code !== "p") throw new BrokenFraming(`A password was expected, not ${code}`);
  return readText(body);
}

function rightAnswer(
  auth: Auth,
  { password, user, salt, userSalt }: {
    password: string;
    user: string;
    salt: Uint8Array;
    userSalt: Uint8Array;
  },
): string {
  if (auth === "md5") return md5Answer(password, user, salt);
  if (auth === "sha512" || auth === "second factor") return sha512Answer(password, userSalt, salt);
  return password;
}

/** As PostgreSQL's: the hash of a hash (vertica-python, `frontend_messages/password.py`). */
export function md5Answer(password: string, user: string, salt: Uint8Array): string {
  const inner = createHash("md5").update(password).update(user).digest("hex");
  return `md5${createHash("md5").update(inner).update(salt).digest("hex")}`;
}

/** What a client answers to salts: the hash of a hash, so that neither is good for another login. */
export function sha512Answer(password: string, userSalt: Uint8Array, salt: Uint8Array): string {
  const inner = createHash("sha512").update(password).update(userSalt).digest("hex");
  return `sha512${createHash("sha512").update(inner).update(salt).digest("hex")}`;
}

function salts(salt: Uint8Array, userSalt: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(SALT + 4 + USER_SALT);
  bytes.set(salt);
  new DataView(bytes.buffer).setInt32(SALT, USER_SALT);
  bytes.set(userSalt, SALT + 4);
  return bytes;
}

function notAllowed(auth: Auth): VerticaError {
  return auth === "oauth"
    ? new VerticaError("28000", 2248, "OAuth token rejected", { severity: "FATAL" })
    : new VerticaError("28000", 3781, "Invalid username or password", { severity: "FATAL" });
}
