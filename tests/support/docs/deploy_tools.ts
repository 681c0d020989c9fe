/** Programs that check files: run where they are on the PATH, skipped by name elsewhere. */
import { isOnPath } from "../machine/programs.ts";
import { skippable } from "../skip.ts";

/** What `.ci/deploy-tools` and `.ci/sql-tools` install, and Debian's systemd and ruby. */
type Tool =
  | "promtool"
  | "hadolint"
  | "shellcheck"
  | "kubernetes-validate"
  | "compose-check"
  | "systemd-analyze"
  | "python3"
  | "sqlfluff"
  | "ruby"
  | "actionlint"
  | "zizmor"
  | "sbom-check";

/** A test that needs a program; under CI=true it fails where there is none. */
export async function toolTest(
  name: string,
  tool: Tool,
  test: (t: Deno.TestContext) => Promise<void>,
): Promise<void> {
  const missing = await isOnPath(tool)
    ? undefined
    : `there is no ${tool}: .ci/${
      tool === "sqlfluff" ? "sql-tools" : "deploy-tools"
    } says how to get it`;
  Deno.test(skippable(name, missing, test));
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
