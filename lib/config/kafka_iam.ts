/** Logins at Amazon MSK by IAM: the region, and where AWS's credentials come from. */
import { isLoopback } from "../runtime/loopback.ts";
import { readEndpoint } from "./endpoint.ts";
import type { Problems } from "./problems.ts";
import { readSettingFile } from "./setting_file.ts";
import { type ConfigSource, variable } from "./source.ts";

/** What signs requests to AWS. */
export interface AwsKeys {
  accessKeyId: string;
  secretAccessKey: string;
  /** Undefined for keys of a user, which do not end. */
  sessionToken: string | undefined;
}

/** A role that AWS's STS gives keys of, for the token in a file. */
export interface WebIdentity {
  from: "web identity";
  roleArn: string;
  /** Read anew for each request: who wrote it renews it. */
  tokenFile: string;
  sessionName: string;
  sts: URL;
}

/** An address on the machine that gives keys to its container (ECS, EKS Pod Identity). */
export interface ContainerKeys {
  from: "container";
  url: URL;
  token: string | undefined;
  /** Read anew for each request; wins over `token`. */
  tokenFile: string | undefined;
}

export type AwsCredentials = { from: "keys"; keys: AwsKeys } | WebIdentity | ContainerKeys;

export interface KafkaIam {
  /** That of the cluster. */
  region: string;
  credentials: AwsCredentials;
}

/** finpipe's own name of the region. */
export const REGION = "FINPIPE_KAFKA_AWS_REGION";

const ACCESS_KEY = "AWS_ACCESS_KEY_ID";
const SECRET_KEY = "AWS_SECRET_ACCESS_KEY";
const ROLE = "AWS_ROLE_ARN";
const ROLE_TOKEN = "AWS_WEB_IDENTITY_TOKEN_FILE";
const STS = "AWS_ENDPOINT_URL_STS";
const RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const CONTAINER_TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN";

/** Where ECS, and EKS Pod Identity, answer in clear text, as AWS's SDKs have them. */
const ECS_HOST = "169.254.170.2";
const CONTAINER_HOSTS = [ECS_HOST, "169.254.170.23", "[fd00:ec2::23]"];

/** @returns undefined where something is missing or wrong, which is reported */
export async function readIam(
  source: ConfigSource,
  problems: Problems,
): Promise<KafkaIam | undefined> {
  const region = readRegion(source, problems);
  const credentials = await readCredentials(source, region ?? "", problems);
  return region && credentials ? { region, credentials } : undefined;
}

function readRegion(source: ConfigSource, problems: Problems): string | undefined {
  const name = variable(source, REGION) === undefined ? "AWS_REGION" : REGION;
  const region = variable(source, name);
  if (region === undefined) {
    problems.of(REGION)(
      "neither it nor AWS_REGION is set, though FINPIPE_KAFKA_SASL is aws-msk-iam",
      "Set one of them to the cluster's region, such as eu-central-1",
    );
  } else if (!/^[a-z]{2,}(-[a-z]+)+-\d{1,2}$/.test(region)) {
    problems.of(name)(`"${region}" cannot be a region`, "Write it as eu-central-1");
  } else return region;
  return undefined;
}

function readCredentials(
  source: ConfigSource,
  region: string,
  problems: Problems,
): Promise<AwsCredentials | undefined> | AwsCredentials | undefined {
  const isSet = (name: string) => variable(source, name) !== undefined;
  if (isSet(ACCESS_KEY) || isSet(SECRET_KEY)) return readKeys(source, problems);
  if (isSet(ROLE) || isSet(ROLE_TOKEN)) return readWebIdentity(source, region, problems);
  if (isSet(RELATIVE) || isSet(FULL)) return readContainer(source, problems);
  problems.of(ACCESS_KEY)(
    "no credentials for AWS are set, though FINPIPE_KAFKA_SASL is aws-msk-iam",
    `Set ${ACCESS_KEY} and ${SECRET_KEY}, or ${ROLE} and ${ROLE_TOKEN}, or ${FULL}`,
  );
  return undefined;
}

/** Both values; undefined where one is missing, which is reported. */
function readPair(
  source: ConfigSource,
  names: readonly [string, string],
  problems: Problems,
): [string, string] | undefined {
  const [first, second] = names.map((name) => variable(source, name));
  if (first !== undefined && second !== undefined) return [first, second];
  const [set, unset] = first === undefined ? names.toReversed() : names;
  problems.of(unset!)(`it is not set, though ${set} is`, "Set both or neither");
  return undefined;
}

function readKeys(source: ConfigSource, problems: Problems): AwsCredentials | undefined {
  const pair = readPair(source, [ACCESS_KEY, SECRET_KEY], problems);
  if (pair === undefined) return undefined;
  const [accessKeyId, secretAccessKey] = pair;
  const sessionToken = variable(source, "AWS_SESSION_TOKEN");
  return { from: "keys", keys: { accessKeyId, secretAccessKey, sessionToken } };
}

async function readWebIdentity(
  source: ConfigSource,
  region: string,
  problems: Problems,
): Promise<WebIdentity | undefined> {
  const pair = readPair(source, [ROLE, ROLE_TOKEN], problems);
  if (pair === undefined) return undefined;
  const [roleArn, tokenFile] = pair;
  const token = await readSettingFile(tokenFile, problems.of(ROLE_TOKEN));
  const given = variable(source, STS);
  const sts = given === undefined
    ? stsOf(region)
    : readEndpoint(STS, given, problems, "Take that out");
  const sessionName = variable(source, "AWS_ROLE_SESSION_NAME") ?? "finpipe";
  if (token === undefined || sts === undefined) return undefined;
  return { from: "web identity", roleArn, tokenFile, sessionName, sts };
}

function stsOf(region: string): URL {
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return new URL(`https://sts.${region || "region"}.${domain}/`);
}

/** As in AWS's SDKs the relative address wins over the full one, and the token's file over the token. */
async function readContainer(
  source: ConfigSource,
  problems: Problems,
): Promise<ContainerKeys | undefined> {
  const url = readContainerUrl(source, problems);
  const fileVariable = `${CONTAINER_TOKEN}_FILE`;
  const tokenFile = variable(source, fileVariable);
  if (tokenFile !== undefined) {
    const text = await readSettingFile(tokenFile, problems.of(fileVariable));
    if (text === undefined) return undefined;
  }
  return url && { from: "container", url, token: variable(source, CONTAINER_TOKEN), tokenFile };
}

/** Not quoted: whoever knows the path may ask for the keys. */
function readContainerUrl(source: ConfigSource, problems: Problems): URL | undefined {
  const relative = variable(source, RELATIVE);
  if (relative !== undefined) {
    const url = `http://${ECS_HOST}${relative}`;
    if (relative.startsWith("/") && URL.canParse(url)) return new URL(url);
    problems.of(RELATIVE)("it is not a path", "Leave it as ECS sets it: it begins with /");
    return undefined;
  }
  const full = variable(source, FULL)!;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  const form = "Write it as https://host/path, or as ECS or EKS sets it";
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    problems.of(FULL)("it is not a URL of https or http", form);
  } else if (url.username !== "" || url.password !== "") {
    problems.of(FULL)("it has a login", "Take that out");
  } else if (
    url.protocol === "http:" && !isLoopback(url.hostname) && !CONTAINER_HOSTS.includes(url.hostname)
  ) {
    problems.of(FULL)(
      "it is not https, and its host is neither this machine nor that of ECS or EKS",
      form,
    );
  } else return url;
  return undefined;
}
