/** The steps before any content: Metabase is up, and its administrator is signed in. */
import type { Answer, Metabase } from "./client.ts";
import { isObject, notAsDocumented, objectOf, Refusal } from "./client.ts";
import { noEngine } from "./connection.ts";
import { NAME } from "./contents.ts";
import { Failure } from "./failure.ts";
import type { Surroundings } from "./surroundings.ts";

/** Waits until Metabase has started. @throws Failure of the kind `unreachable` after the time that is set */
export async function waitForStart(metabase: Metabase, around: Surroundings): Promise<void> {
  const { settings, now, sleep } = around;
  const end = now() + settings.wait * 1000;
  for (let told = false;; await sleep(2000)) {
    const why = await metabase.notUp();
    if (why === undefined) return;
    if (now() >= end) {
      throw new Failure(
        "unreachable",
        `Metabase at ${metabase.url} was not up within ${settings.wait} s: ${why}`,
        "Its log says why. METABASE_URL is where it is looked for, METABASE_WAIT how long",
      );
    }
    if (!told) around.say(`Waiting for Metabase at ${metabase.url}: ${why}`);
    told = true;
  }
}

/** Makes the first administrator of a new Metabase, or signs in. */
export async function signIn(metabase: Metabase, around: Surroundings): Promise<void> {
  const { email } = around.settings;
  const path = "/api/session/properties";
  const aim = "ask Metabase for its settings";
  // https://www.metabase.com/docs/v0.56/api#tag/apisession
  const properties = objectOf(await metabase.get(path, aim), path, aim);
  // Metabase lists the engines whose drivers it could load.
  if (isObject(properties.engines) && !("vertica" in properties.engines)) throw noEngine();
  if (typeof properties["has-user-setup"] !== "boolean") {
    throw notAsDocumented(path, aim, "it has no has-user-setup");
  }
  if (
    !properties["has-user-setup"] &&
    await makeAdministrator(metabase, properties["setup-token"], around)
  ) {
    around.say(`Administrator ${email}: made`);
    return;
  }
  metabase.signIn(await sessionOf(metabase, around));
  const userPath = "/api/user/current";
  const userAim = `ask who ${email} is`;
  const user = objectOf(await metabase.get(userPath, userAim), userPath, userAim);
  if (user.is_superuser !== true) {
    throw new Failure(
      "configuration",
      `${email} may not set up Metabase: it is no administrator there`,
      "METABASE_EMAIL must be that of an administrator",
    );
  }
  around.say(`Administrator ${email}: signed in`);
}

/**
 * https://www.metabase.com/docs/v0.56/api#tag/apisetup/POST/api/setup/
 *
 * @returns false where somebody else has made the first user since
 */
async function makeAdministrator(
  metabase: Metabase,
  token: unknown,
  { settings: { email, password } }: Surroundings,
): Promise<boolean> {
  const aim = `make the administrator ${email}`;
  const body = {
    token,
    user: { email, password, first_name: NAME, last_name: null },
    prefs: { site_name: NAME, allow_tracking: false },
  };
  try {
    metabase.signIn(sessionIn(await metabase.post("/api/setup", body, aim), "/api/setup", aim));
    return true;
  } catch (error) {
    // Metabase makes its first user once, and refuses a second one.
    if (error instanceof Refusal && error.status === 403) return false;
    if (!(error instanceof Refusal) || error.status !== 400) throw error;
    const hint =
      "Give METABASE_EMAIL and METABASE_PASSWORD values that it takes: a password that is " +
      "not common, of 6 characters or more";
    throw new Failure("configuration", error.message, hint);
  }
}

/** https://www.metabase.com/docs/v0.56/api#tag/apisession/POST/api/session/ */
async function sessionOf(
  metabase: Metabase,
  { settings: { email, password } }: Surroundings,
): Promise<string> {
  const path = "/api/session";
  const aim = `sign in as ${email}`;
  try {
    return sessionIn(await metabase.post(path, { username: email, password }, aim), path, aim);
  } catch (error) {
    if (!(error instanceof Refusal) || ![400, 401].includes(error.status)) throw error;
    const hint =
      "This Metabase is set up already: METABASE_EMAIL and METABASE_PASSWORD must be an " +
      "administrator's. This script changes no password";
    throw new Failure("configuration", error.message, hint);
  }
}

function sessionIn({ id }: Answer, path: string, aim: string): string {
  if (typeof id === "string" && id !== "") return id;
  throw notAsDocumented(path, aim, "it has no session");
}
