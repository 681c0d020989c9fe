/** Programs that check files: run where they are on the PATH, skipped by name elsewhere. */
import { exists, isOnPath } from "../machine/programs.ts";
import { skippable } from "../skip.ts";

/** What `.ci/deploy-tools` and `.ci/sql-tools` install, and Debian's systemd and ruby. */
type Tool =
  | "promtool"
  | "hadolint"
  | "shellcheck"
  | "kubernetes-validate"
  | "kustomize"
  | "schema-check"
  | "compose-check"
  | "systemd-analyze"
  | "python3"
  | "sqlfluff"
  | "ruby"
  | "actionlint"
  | "zizmor"
  | "sbom-check";

/** Where Go is, on the PATH or not: .ci/deploy-tools looks there, too. */
const GO = "/usr/local/go/bin/go";

/**
 * A test that needs programs; under CI=true it fails where one of them is not there. Only kustomize may
 * be missing there as well, where there is no Go to build it.
 */
export async function toolTest(
  name: string,
  tools: Tool | readonly Tool[],
  test: (t: Deno.TestContext) => Promise<void>,
): Promise<void> {
  for (const tool of [tools].flat()) {
    if (await isOnPath(tool)) continue;
    const inCi = tool === "kustomize" && !await isOnPath("go") && !await exists(GO);
    return Deno.test(skippable(name, howToGet(tool), test, { inCi }));
  }
  Deno.test(name, test);
}

function howToGet(tool: Tool): string {
  const script = tool === "sqlfluff" ? "sql-tools" : "deploy-tools";
  return `there is no ${tool}: .ci/${script} says how to get it`;
}

/** What a program that was run said. */
export interface ToolResult {
  success: boolean;
  /** Its stdout, then its stderr. */
  output: string;
}

/** Runs a program of {@link toolTest}. */
export async function runTool(
  tool: Tool,
  args: readonly string[],
  options: { cwd?: string; stdin?: string } = {},
): Promise<ToolResult> {
  const process = new Deno.Command(tool, {
    args: [...args],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  // One that reads no stdin has closed it.
  const written = writer.write(new TextEncoder().encode(options.stdin ?? ""))
    .then(() => writer.close()).catch(() => {});
  const { success, stdout, stderr } = await process.output();
  await written;
  return { success, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}
