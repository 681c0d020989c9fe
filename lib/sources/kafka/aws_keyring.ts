/** AWS's keys: those that were set, or from STS or the container's host, renewed before they end. */
import * as v from "valibot";
import type {
  AwsCredentials,
  AwsKeys,
  ContainerKeys,
  WebIdentity,
} from "../../config/kafka_iam.ts";
import { readSettingFile } from "../../config/setting_file.ts";
import { FinpipeError } from "../../runtime/errors.ts";
import { type Lasting, Renewed } from "./renewed.ts";
import { askGiver, type Giver, giverFailure, giverRefusal } from "./token_request.ts";

const Text = v.pipe(v.string(), v.minLength(1));
const Keys = { AccessKeyId: Text, SecretAccessKey: Text };
/** Of STS: the time in seconds since 1970, in JSON; or as text. */
const Granted = v.object({
  AssumeRoleWithWebIdentityResponse: v.object({
    AssumeRoleWithWebIdentityResult: v.object({
      Credentials: v.object({
        ...Keys,
        SessionToken: Text,
        Expiration: v.union([v.number(), v.string()]),
      }),
    }),
  }),
});
const Given = v.object({ ...Keys, Token: v.optional(Text), Expiration: v.string() });
const Code = v.pipe(v.string(), v.regex(/^[\w.-]{1,60}$/));
const Refusal = v.union([
  v.pipe(v.object({ Error: v.object({ Code }) }), v.transform(({ Error }) => Error.Code)),
  v.pipe(v.object({ Code }), v.transform(({ Code }) => Code)),
]);

/** The clocks of a {@link AwsKeyring}, in milliseconds. */
export interface Clocks {
  /** One that only goes forward. */
  steady: () => number;
  /** Since 1970. */
  wall: () => number;
}

const CLOCKS: Clocks = { steady: () => performance.now(), wall: () => Date.now() };

/** Keeps keys for as long as they are fresh. */
export class AwsKeyring {
  readonly #keys: { get(): Promise<AwsKeys> };

  /** @param ca PEM of authorities to trust beside the platform's */
  constructor(credentials: AwsCredentials, ca: string | undefined, clocks = CLOCKS) {
    if (credentials.from === "keys") {
      this.#keys = { get: () => Promise.resolve(credentials.keys) };
      return;
    }
    const { steady, wall } = clocks;
    this.#keys = credentials.from === "web identity"
      ? new Renewed(() => assumeRole(credentials, ca, wall), steady)
      : new Renewed(() => askContainer(credentials, ca, wall), steady);
  }

  /**
   * Fresh keys; those who ask at once get the same ones.
   *
   * @throws FinpipeError of kind `unreachable`; `configuration` where they are refused
   */
  get(): Promise<AwsKeys> {
    return this.#keys.get();
  }
}

async function assumeRole(
  { roleArn, tokenFile, sessionName, sts }: WebIdentity,
  ca: string | undefined,
  wall: () => number,
): Promise<Lasting<AwsKeys>> {
  const giver: Giver = { name: `AWS STS at ${sts.origin}`, check: CHECK_STS, ca };
  const token = await readToken("AWS_WEB_IDENTITY_TOKEN_FILE", tokenFile);
  const { status, body } = await askGiver(giver, sts, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams({
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      WebIdentityToken: token,
    }),
  });
  if (status !== 200) throw giverRefusal(giver, status, codeOf(body), CHECK_ROLE);
  const parsed = v.safeParse(Granted, body);
  if (!parsed.success) throw noKeys(giver);
  const { Credentials } = parsed.output.AssumeRoleWithWebIdentityResponse
    .AssumeRoleWithWebIdentityResult;
  return lasting(giver, Credentials, Credentials.SessionToken, wall());
}

async function askContainer(
  { url, token, tokenFile }: ContainerKeys,
  ca: string | undefined,
  wall: () => number,
): Promise<Lasting<AwsKeys>> {
  // Without its path: whoever knows that may ask for the keys.
  const giver: Giver = { name: `the container's keys at ${url.origin}`, check: CHECK_HOST, ca };
  const authorization = tokenFile === undefined
    ? token
    : await readToken("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", tokenFile);
  if (authorization !== undefined && /[^\x20-\x7e]/.test(authorization)) {
    throw giverFailure("configuration", giver, "its token is no text of one line", CHECK_CONTAINER);
  }
  const { status, body } = await askGiver(giver, url, {
    method: "GET",
    headers: {
      accept: "application/json",
      ...(authorization === undefined ? {} : { authorization }),
    },
  });
  if (status !== 200) throw giverRefusal(giver, status, codeOf(body), CHECK_CONTAINER);
  const parsed = v.safeParse(Given, body);
  if (!parsed.success) throw noKeys(giver);
  return lasting(giver, parsed.output, parsed.output.Token, wall());
}

function codeOf(body: unknown): string | undefined {
  const said = v.safeParse(Refusal, body);
  return said.success ? said.output : undefined;
}

function lasting(
  giver: Giver,
  keys: { AccessKeyId: string; SecretAccessKey: string; Expiration: string | number },
  sessionToken: string | undefined,
  now: number,
): Lasting<AwsKeys> {
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Expiration: end } = keys;
  const ends = typeof end === "number" ? end * 1000 : Date.parse(end);
  if (!Number.isFinite(ends)) throw noKeys(giver);
  return { value: { accessKeyId, secretAccessKey, sessionToken }, lifetime: ends - now };
}

function noKeys(giver: Giver): FinpipeError {
  return giverFailure("configuration", giver, "it did not answer with keys", giver.check);
}

/** A token as it is now: who wrote the file renews it. */
async function readToken(name: string, path: string): Promise<string> {
  const text = await readSettingFile(path, (what, hint) => {
    throw new FinpipeError("configuration", `Cannot use ${name}: ${what}`, { hint });
  });
  return text!.trim();
}

const CHECK_STS =
  "Check AWS_REGION, FINPIPE_KAFKA_AWS_REGION and AWS_ENDPOINT_URL_STS, and that STS " +
  "answers from here";
const CHECK_ROLE =
  "Check AWS_ROLE_ARN, the token in AWS_WEB_IDENTITY_TOKEN_FILE, and that the role " +
  "trusts who issued it";
const CHECK_HOST =
  "Check AWS_CONTAINER_CREDENTIALS_FULL_URI, or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, " +
  "and that it answers from here";
const CHECK_CONTAINER =
  "Check that the task or pod has a role, and AWS_CONTAINER_AUTHORIZATION_TOKEN, " +
  "or the token in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
