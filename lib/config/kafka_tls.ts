/** TLS to Kafka: what is trusted, and the client's own certificate. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { Problems, Report } from "./problems.ts";
import { readSettingFile } from "./setting_file.ts";
import { type ConfigSource, variable } from "./source.ts";

/** What the driver hands to `tls.connect`; host name and chain are always checked. */
export interface KafkaTls {
  /** PEM of the authorities to trust; the platform's own ones if left out. */
  ca?: string;
  /** PEM of the client's certificate and key, for mutual TLS. */
  cert?: string;
  key?: string;
}

/** The variable that says whether there is TLS. */
export const TLS = "FINPIPE_KAFKA_TLS";
const CA = "FINPIPE_KAFKA_CA";
const CERT = "FINPIPE_KAFKA_CERT";
const KEY = "FINPIPE_KAFKA_KEY";

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * Reads the settings; files are read, and checked as far as they can be without the broker.
 *
 * @returns undefined for clear text; of use only where nothing was reported
 */
export async function readKafkaTls(
  source: ConfigSource,
  problems: Problems,
): Promise<KafkaTls | undefined> {
  const given = variable(source, TLS);
  if (given !== undefined && given !== "true" && given !== "false") {
    problems.of(TLS)(`it is "${given}"`, "Set it to true or false, or unset it");
  }
  const [ca, cert, key] = [CA, CERT, KEY].map((name) => variable(source, name));
  if (given === undefined || given === "false") {
    for (const name of [ca && CA, cert && CERT, key && KEY]) {
      if (!name) continue;
      problems.of(name)(`it is set, and ${TLS} is not true`, `Set ${TLS}=true, or unset ${name}`);
    }
    return undefined;
  }
  if ((cert === undefined) !== (key === undefined)) {
    const [set, unset] = key === undefined ? [CERT, KEY] : [KEY, CERT];
    problems.of(unset)(`it is not set, though ${set} is`, "Set both or neither");
  }
  const authorities = ca && await readCertificates(ca, problems.of(CA));
  const certificates = cert && await readCertificates(cert, problems.of(CERT));
  const privateKey = key && await readKey(key, problems.of(KEY));
  if (certificates && privateKey && !certificates.first.checkPrivateKey(privateKey.key)) {
    problems.of(KEY)(
      `it does not belong to the certificate of ${CERT}`,
      "Name a certificate and the key that belongs to it",
    );
  }
  return {
    ...(authorities ? { ca: authorities.pem } : {}),
    ...(certificates ? { cert: certificates.pem } : {}),
    ...(privateKey ? { key: privateKey.pem } : {}),
  };
}

/** All certificates of a file. In a client's file the first one is the client's own. */
async function readCertificates(
  path: string,
  report: Report,
): Promise<{ pem: string; first: X509Certificate } | undefined> {
  const pem = await readSettingFile(path, report);
  if (pem === undefined) return undefined;
  try {
    const [first] = (pem.match(PEM_BLOCK) ?? []).map((block) => new X509Certificate(block));
    if (first !== undefined) return { pem, first };
    report(`the file "${path}" holds no certificate in PEM form`, "Name a PEM file");
  } catch {
    report(`the file "${path}" holds a certificate that cannot be read`, "Name another PEM file");
  }
  return undefined;
}

/** Errors of the library are not shown, as they may quote the key. */
async function readKey(
  path: string,
  report: Report,
): Promise<{ pem: string; key: KeyObject } | undefined> {
  const pem = await readSettingFile(path, report);
  if (pem === undefined) return undefined;
  if (/ENCRYPTED/.test(pem)) {
    report(
      `the private key in the file "${path}" is encrypted`,
      "Name one without a passphrase, in a file that only finpipe's user may read",
    );
    return undefined;
  }
  try {
    return { pem, key: createPrivateKey(pem) };
  } catch {
    report(`the file "${path}" holds no private key in PEM form`, "Name a PEM file");
    return undefined;
  }
}
