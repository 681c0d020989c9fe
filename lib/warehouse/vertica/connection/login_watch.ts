/**
 * The time limits of a connection and of the login after it, and the reasons for which a login
 * fails.
 *
 * vertica-nodejs 1.1.4 takes an Authentication message that it does not know for a login that has
 * passed (`v-protocol`, `parser.js`), and waits: so does the server. Of those it says "timeout
 * expired".
 */
import type { ErrorKind } from "../../../runtime/errors.ts";
import type { AuthenticationMessage } from "./server_messages.ts";

/** Why there is no session; the text follows the name of the database. */
export class LoginFailure extends Error {
  override readonly name = "LoginFailure";

  constructor(readonly kind: ErrorKind, message: string, readonly hint: string) {
    super(message);
  }
}

/** Authentication messages (vertica-python, `messages/backend_messages/authentication.py`). */
const PASSED = 0;
const EXPIRED = 9;

/** What the driver answers, by code and length of the message, and what is asked for by it. */
const ANSWERED: readonly [code: number, length: number | undefined, asked: string][] = [
  [3, 8, "the password"],
  [12, undefined, "the access token"],
  [65536, 32, "the password, hashed by SHA512"],
  [66048, 32, "the password, hashed by SHA512"],
];

const MD5 = [5, 65541];
const KERBEROS = [1, 2, 7, 8];
const GRACE = 11;

/** How far a login got. */
type Stage = "connecting" | "greeting" | "answering" | "beginning" | "over";

export interface LoginLimits {
  user: string;
  /** Milliseconds for the connection. */
  connectTimeout: number;
  /** Milliseconds for the login from then on. */
  loginTimeout: number;
  /** Ends the connection; the failure is what the login fails with. */
  giveUp: (failure: LoginFailure) => void;
}

/** One login. */
export class LoginWatch {
  readonly #limits: LoginLimits;
  #stage: Stage = "connecting";
  #asked = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(limits: LoginLimits) {
    this.#limits = limits;
  }

  /** Runs the connection and the login. */
  async over<T>(work: () => Promise<T>): Promise<T> {
    this.#within(this.#limits.connectTimeout);
    try {
      return await work();
    } finally {
      this.ended();
    }
  }

  /**
   * The connection is gone, or the login has succeeded or failed: no time limit runs any longer.
   */
  ended(): void {
    clearTimeout(this.#timer);
    this.#stage = "over";
  }

  /** There is a connection; perhaps too late, where the work was given up before. */
  connected(): void {
    if (this.#stage !== "connecting") return;
    this.#stage = "greeting";
    clearTimeout(this.#timer);
    this.#within(this.#limits.loginTimeout);
  }

  /** The server asks for a login, or says that it has passed. */
  authentication({ code, length }: AuthenticationMessage): void {
    if (code === PASSED) {
      this.#stage = "beginning";
      return;
    }
    const known = ANSWERED.find(([known, long]) =>
      known === code && (long === undefined || long === length)
    );
    if (known !== undefined) {
      this.#stage = "answering";
      this.#asked = known[2];
    } else if (code !== EXPIRED) {
      this.#limits.giveUp(this.#unanswered(code));
    }
  }

  #within(milliseconds: number): void {
    this.#timer = setTimeout(
      () => this.#limits.giveUp(this.#tooLate(milliseconds)),
      milliseconds,
    );
  }

  #unanswered(code: number): LoginFailure {
    const { user } = this.#limits;
    const failure = (message: string, hint: string) =>
      new LoginFailure("configuration", message, hint);
    if (MD5.includes(code)) {
      return failure(
        `it asks for the MD5 hash of the password of "${user}", which finpipe does not send`,
        `Have a DBA run ALTER USER ${user} SECURITY_ALGORITHM 'SHA512' IDENTIFIED BY '...' ` +
          "(v_catalog.password_auditor shows what each user has)",
      );
    }
    if (KERBEROS.includes(code)) {
      return failure(
        "it asks for a login by Kerberos, which finpipe does not support",
        `Have a DBA grant "${user}" an authentication by password (hash) or OAuth`,
      );
    }
    if (code === GRACE) {
      return failure(
        `the password of "${user}" has expired, and its grace period is running`,
        "Set a new password in vsql, and in the connection",
      );
    }
    return failure(
      `it asks for a kind of login that finpipe does not know (authentication ${code})`,
      "If it is a second factor: have a DBA give finpipe's user a login without one, by password " +
        "(hash) or OAuth",
    );
  }

  #tooLate(milliseconds: number): LoginFailure {
    const seconds = milliseconds / 1000;
    const failure = (message: string, hint: string) =>
      new LoginFailure("unreachable", message, hint);
    if (this.#stage === "connecting") {
      return failure(
        `no connection within ${seconds} s`,
        "Check that the database is up, that hosts and port are right, and that no firewall " +
          "is in between",
      );
    }
    if (this.#stage === "greeting") {
      return failure(
        `the server accepted the connection, and then sent nothing for ${seconds} s`,
        "Check what listens there: a load balancer with no node behind it, a node that does " +
          "not respond, or something other than Vertica",
      );
    }
    if (this.#stage === "answering") {
      return failure(
        `no login within ${seconds} s: the server asked for ${this.#asked}, and has been ` +
          "silent since",
        "It may wait for a second factor, which finpipe cannot give, or for a directory " +
          "(LDAP) that does not answer. If it is neither, the node does not respond",
      );
    }
    return failure(
      `the login succeeded, but no session began within ${seconds} s`,
      "Check the node: it may be overloaded, or not respond at all",
    );
  }
}
