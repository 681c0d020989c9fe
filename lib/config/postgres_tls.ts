/**
 * sslmode with libpq's meaning (PostgreSQL documentation, 34.19): what to try, and what is checked.
 */
import { join } from "node:path";
import type { Report } from "./problems.ts";
import { readClientCertificate, readPem } from "./tls_files.ts";

/** What the driver hands to `tls.connect`. */
export interface TlsSettings {
  /** False where the certificate is not checked at all. */
  rejectUnauthorized: boolean;
  /** PEM of the authority to trust; the platform's own ones if left out. */
  ca?: string;
  /** PEM of the client's certificate and key. */
  cert?: string;
  key?: string;
  /** There where the chain is checked but not the host's name. */
  checkServerIdentity?: () => undefined;
}

const MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
type SslMode = (typeof MODES)[number];

/** A trusted authority: its PEM, or the platform's own ones. */
type Authority = { pem: string } | "system";

const CA_MEND =
  "Add sslrootcert=FILE with the PEM of its CA, or sslrootcert=system for public authorities";

/**
 * The attempts that the parameters sslmode, sslrootcert, sslcert and sslkey ask for; files are read
 * here.
 *
 * @param home the user's folder, where libpq looks for `.postgresql/root.crt`
 */
export async function readTlsAttempts(
  parameters: ReadonlyMap<string, string>,
  home: string | undefined,
  report: Report,
): Promise<(false | TlsSettings)[]> {
  const mode = readMode(parameters, report);
  if (mode === "disable") return [false];
  const authority = await readAuthority(parameters.get("sslrootcert"), home, report);
  if (authority === undefined && mode.startsWith("verify-") && !parameters.has("sslrootcert")) {
    report(`sslmode=${mode} needs a CA to check the server's certificate with`, CA_MEND);
  }
  const tls = {
    ...verification(mode, authority),
    ...await readClientCertificate(parameters, { cert: "sslcert", key: "sslkey" }, report),
  };
  if (mode === "prefer") return [tls, false];
  return mode === "allow" ? [false, tls] : [tls];
}

function readMode(parameters: ReadonlyMap<string, string>, report: Report): SslMode {
  const system = parameters.get("sslrootcert") === "system";
  const text = parameters.get("sslmode") ?? (system ? "verify-full" : "prefer");
  const mode = MODES.find((name) => name === text);
  if (mode === undefined) report(`sslmode is "${text}"`, `Use one of ${MODES.join(", ")}`);
  if (mode !== undefined && system && mode !== "verify-full") {
    // Anybody can get a certificate from a public authority: it proves nothing unless the host's
    // name is checked.
    report(`sslrootcert=system cannot be combined with sslmode=${mode}`, "Use sslmode=verify-full");
  }
  return mode ?? "require"; // Not a usable result, but the files are checked too, so that all problems are reported at once.
}

/** As libpq: once an authority is known, every mode checks the chain; verify-full the host too. */
function verification(mode: SslMode, authority: Authority | undefined): TlsSettings {
  if (authority === undefined) return { rejectUnauthorized: false };
  return {
    rejectUnauthorized: true,
    ...(authority === "system" ? {} : { ca: authority.pem }),
    ...(mode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
  };
}

async function readAuthority(
  path: string | undefined,
  home: string | undefined,
  report: Report,
): Promise<Authority | undefined> {
  if (path === "system") return "system";
  if (path !== undefined) return await readPem("sslrootcert", path, "CERTIFICATE", report);
  if (home === undefined) return undefined;
  const usual = join(home, ".postgresql", "root.crt");
  return await isFile(usual) ? await readPem(usual, usual, "CERTIFICATE", report) : undefined;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false; // As in libpq: a folder that is absent, or that finpipe may not read, counts as one without the file.
  }
}
