/** Who may log in (vertica-python, backend_messages/authentication.py, frontend_messages/password.py). */
import { createHash, randomBytes } from "node:crypto";
import { type Engine, VerticaError } from "../engine.ts";
import { authentication } from "./backend.ts";
import { readText } from "./frontend.ts";
import type { Inbox } from "./inbox.ts";
import type { Outbox } from "./outbox.ts";
import { BrokenFraming } from "./frames.ts";

/** How a user proves who it is: not at all; by password in clear or hashed; by an access token. */
export type Auth = "trust" | "password" | "sha512" | "oauth";

const CODES = { trust: 0, password: 3, oauth: 12, sha512: 66048 };
const OK = 0;
const SALT = 4;
const USER_SALT = 16;

/** @throws VerticaError for whom does not get in, in the words of Vertica */
export async function logIn(
  inbox: Inbox,
  outbox: Outbox,
  { auth, user, engine }: { auth: Auth; user: string; engine: Engine },
): Promise<void> {
  if (auth !== "trust") {
    const salt = randomBytes(SALT);
    const userSalt = randomBytes(USER_SALT);
    authentication(
      outbox.writer,
      CODES[auth],
      auth === "sha512" ? salts(salt, userSalt) : undefined,
    );
    await outbox.flush();
    const { code, body } = await inbox.next();
    if (code !== "p") throw new BrokenFraming(`A password was expected, not ${code}`);
    const password = await engine.passwordOf(user);
    const right = password === undefined || auth !== "sha512"
      ? password
      : sha512Answer(password, userSalt, salt);
    if (right === undefined || readText(body) !== right) throw notAllowed(auth);
  }
  authentication(outbox.writer, OK);
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
