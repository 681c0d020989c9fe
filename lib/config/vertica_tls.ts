/**
 * tls_mode with the meaning that Vertica's clients give it (Vertica documentation, "Client TLS
 * mode"): what is checked. A connection is never weaker than asked for. So `prefer`, which falls
 * back to clear text, is refused.
 */
import type { Report } from "./problems.ts";
import { type ClientCertificate, readClientCertificate, readPem } from "./tls_files.ts";

/** What a TLS connection checks, and which certificate it sends. */
export interface VerticaTls {
  /**
   * `none`: any certificate; `chain`: signed by the authority; `full`: signed, and for this host.
   */
  verify: "none" | "chain" | "full";
  /** PEM of the authority to trust; the platform's own ones if left out. */
  ca?: string;
  /** Of the client, where the server asks for one. */
  client?: ClientCertificate;
}

const MODES = ["disable", "require", "verify-ca", "verify-full"] as const;
type TlsMode = (typeof MODES)[number];

/**
 * What tls_mode, tls_ca_file, tls_cert_file and tls_key_file ask for; files are read here.
 *
 * @returns false for clear text
 */
export async function readVerticaTls(
  parameters: ReadonlyMap<string, string>,
  report: Report,
): Promise<false | VerticaTls> {
  const mode = readMode(parameters.get("tls_mode") ?? "disable", report);
  const caPath = parameters.get("tls_ca_file");
  const ca = caPath === undefined
    ? undefined
    : await readPem("tls_ca_file", caPath, "CERTIFICATE", report);
  const names = { cert: "tls_cert_file", key: "tls_key_file" };
  const client = await readClientCertificate(parameters, names, report);
  const hasFiles = [...parameters.keys()].some((name) => /^tls_(ca|cert|key)_file$/.test(name));
  if (mode === "disable") {
    if (hasFiles) {
      report(
        `tls_mode is ${
          parameters.has("tls_mode") ? "disable" : "not set"
        }, but TLS files are named`,
        "Set tls_mode to verify-full, or remove the files",
      );
    }
    return false;
  }
  if (mode === "verify-ca" && caPath === undefined) {
    // Anybody can get a certificate from a public authority: it proves nothing unless the host's
    // name is checked.
    report(
      "tls_mode=verify-ca needs a CA to check the server's certificate with",
      "Add tls_ca_file=FILE with the PEM of its CA",
    );
  }
  return {
    // Once an authority is known, every mode checks the chain, as with libpq.
    verify: mode === "verify-full" ? "full" : ca === undefined ? "none" : "chain",
    ...(ca === undefined ? {} : { ca: ca.pem }),
    ...(client === undefined ? {} : { client }),
  };
}

function readMode(text: string, report: Report): TlsMode {
  const mode = MODES.find((name) => name === text);
  if (mode !== undefined) return mode;
  if (text === "prefer") {
    report(
      "tls_mode=prefer falls back to clear text where the server has no TLS",
      "Use require, verify-ca or verify-full",
    );
  } else report(`tls_mode is "${text}"`, `Use one of ${MODES.join(", ")}`);
  return "require"; // Not a usable result, but the files are checked too, so that all problems are reported at once.
}
