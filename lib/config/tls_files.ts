/** Files of certificates and keys that the parameters of a connection name. */
import type { Report } from "./problems.ts";
import { readSettingFile } from "./setting_file.ts";

/** PEM of a client's certificate and key. */
export interface ClientCertificate {
  cert: string;
  key: string;
}

/**
 * Reads a PEM file.
 *
 * @param name the parameter, as the message names it
 * @returns undefined where it cannot be read or holds nothing of the kind, which is reported
 */
export async function readPem(
  name: string,
  path: string,
  kind: "CERTIFICATE" | "PRIVATE KEY",
  report: Report,
): Promise<{ pem: string } | undefined> {
  const pem = await readSettingFile(path, (what, mend) => report(`${name}: ${what}`, mend));
  if (pem === undefined) return undefined;
  if (pem.includes(`${kind}-----`)) return { pem };
  report(`${name}: the file "${path}" holds no ${kind} in PEM form`, "Name a PEM file");
  return undefined;
}

/**
 * Reads the client's certificate and key.
 *
 * @param names the two parameters
 * @returns undefined where none is given, or one cannot be read, which is reported
 */
export async function readClientCertificate(
  parameters: ReadonlyMap<string, string>,
  names: { cert: string; key: string },
  report: Report,
): Promise<ClientCertificate | undefined> {
  const certPath = parameters.get(names.cert);
  const keyPath = parameters.get(names.key);
  if (certPath === undefined && keyPath === undefined) return undefined;
  if (certPath === undefined || keyPath === undefined) {
    report(`of ${names.cert} and ${names.key} only one is given`, "Give both or neither");
    return undefined;
  }
  const cert = await readPem(names.cert, certPath, "CERTIFICATE", report);
  const key = await readPem(names.key, keyPath, "PRIVATE KEY", report);
  return cert && key && { cert: cert.pem, key: key.pem };
}
