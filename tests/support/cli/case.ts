/**
 * A CLI case: a folder of tests/cases that says what finpipe is called with and what comes of it.
 *
 * `case.json` is a {@link Case}. Beside it lie the expected outputs of each step, `1.stdout`,
 * `1.stderr`, `2.stdout` and so on (absent means empty), and whatever a step reads.
 *
 * Placeholders, in arguments, variables and expected outputs:
 *
 * | placeholder    | stands for                                                      |
 * |----------------|-----------------------------------------------------------------|
 * | `<work-dir>`   | FINPIPE_WORK_DIR of the case                                    |
 * | `<temp>`       | an empty folder of the case                                     |
 * | `<case>`       | the case's folder                                               |
 * | `<fixtures>`   | tests/fixtures                                                  |
 * | `<pg-url>`     | FINPIPE_PG_URL; in outputs `<pg>`, the server and database      |
 * | `<version>`    | finpipe's version (outputs only)                                |
 * | `<commit>`     | the commit in `--version`, likewise `<deno>` (outputs only)     |
 */
import { join } from "node:path";
import * as v from "valibot";
import { ALL, partOf } from "../part.ts";
import { loadSteps, STEPS } from "../../../lib/steps/registry.ts";

/**
 * What the ends of a case are; `none` gives no engine at all, for what touches none, `postgres`
 * that server beside an embedded warehouse, `vertica` both servers.
 */
const CASE_ENGINES = ["none", "embedded", "postgres", "vertica"] as const;
export type CaseEngine = (typeof CASE_ENGINES)[number];

/** Commands that open the warehouse, which is embedded beside a real PostgreSQL. */
const WAREHOUSE_COMMANDS = ["init", "backfill", "status", "audit", "report", "prune"].concat(
  (await loadSteps(STEPS)).filter(({ uses }) => uses.warehouse).map(({ name }) => name),
);

const StepSchema = v.strictObject({
  /** Texts to append to files before the step, by path; an absent file is made. */
  append: v.optional(v.record(v.string(), v.string()), {}),
  args: v.array(v.string()),
  /** Variables beside those of the engine; an empty one is taken away. */
  env: v.optional(v.record(v.string(), v.string()), {}),
  /** A file of the case that is read as stdin. */
  stdin: v.optional(v.string()),
  code: v.optional(v.number(), 0),
});

const CaseSchema = v.strictObject({
  description: v.string(),
  /**
   * Each runs the case, with the same expectations; that of the first one can be written. What touches
   * neither the data nor the SQL of an engine needs one of them: `postgres` is the quickest.
   *
   * @default `embedded`, and `vertica` where the case touches the warehouse, else `postgres`
   */
  engines: v.optional(v.pipe(v.array(v.picklist(CASE_ENGINES)), v.minLength(1))),
  /** Whether `init` was run before the first step. */
  initialised: v.optional(v.boolean(), true),
  steps: v.pipe(v.array(StepSchema), v.minLength(1)),
});

export type Step = v.InferOutput<typeof StepSchema>;

export interface Case extends v.InferOutput<typeof CaseSchema> {
  name: string;
  folder: string;
  engines: CaseEngine[];
}

/** Whether one of the steps opens the warehouse. */
export function touchesWarehouse({ steps }: Pick<Case, "steps">): boolean {
  return steps.some(({ args }) => args.some((arg) => WAREHOUSE_COMMANDS.includes(arg)));
}

/** Whether the case is one of the long ones, which stand in tests/long. */
export function isLong({ steps }: Case): boolean {
  return steps.length > 6;
}

/** Whether a run of the tests has the case on a server. */
export function isTriedOn(engine: "postgres" | "vertica", { name, engines }: Case): boolean {
  if (!engines.includes(engine)) return false;
  return ALL || !engines.includes("embedded") || partOf(name, 2) === 0;
}

/** What a step should give, or gave: its code stands in case.json. */
export interface StepOutput {
  stdout: string;
  stderr: string;
}

/** Reads all cases below a folder, in order of their names. */
export async function readCases(folder: string): Promise<Case[]> {
  const cases: Case[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) cases.push(await readCase(join(folder, name), name));
  }
  return cases.sort((one, other) => one.name < other.name ? -1 : 1);
}

async function readCase(folder: string, name: string): Promise<Case> {
  const path = join(folder, "case.json");
  const parsed = v.safeParse(CaseSchema, JSON.parse(await Deno.readTextFile(path)));
  if (parsed.success) {
    const { engines, ...rest } = parsed.output;
    const other = touchesWarehouse(rest) ? "vertica" : "postgres";
    return { ...rest, engines: engines ?? ["embedded", other], name, folder };
  }
  const issues = parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
  throw new Error(`Cannot read ${path}: ${issues.join("; ")}`);
}

/** The expected output of a step, counted from 0. */
export async function readExpected({ folder }: Case, step: number): Promise<StepOutput> {
  return {
    stdout: await readIfThere(join(folder, `${step + 1}.stdout`)),
    stderr: await readIfThere(join(folder, `${step + 1}.stderr`)),
  };
}

/** Makes what a step gave its expectation. */
export async function writeExpected(
  { folder }: Case,
  step: number,
  output: StepOutput & { code: number },
): Promise<void> {
  await writeUnlessEmpty(join(folder, `${step + 1}.stdout`), output.stdout);
  await writeUnlessEmpty(join(folder, `${step + 1}.stderr`), output.stderr);
  const path = join(folder, "case.json");
  const json = JSON.parse(await Deno.readTextFile(path));
  const { code, ...rest } = json.steps[step];
  if ((code ?? 0) === output.code) return;
  json.steps[step] = output.code === 0 ? rest : { ...rest, code: output.code };
  await Deno.writeTextFile(path, formatCase(json));
}

/** JSON with a line for each field and each step: a case is read as a transcript. */
function formatCase(json: Record<string, unknown>): string {
  const fields = Object.entries(json).map(([name, value]) => {
    if (name !== "steps" || !Array.isArray(value)) return `  "${name}": ${spaced(value)}`;
    return `  "steps": [\n${value.map((step) => `    ${spaced(step)}`).join(",\n")}\n  ]`;
  });
  return `{\n${fields.join(",\n")}\n}\n`;
}

/** JSON on one line, with a space after commas and colons outside of strings. */
function spaced(value: unknown): string {
  const text = JSON.stringify(value);
  return text.replace(/"(?:[^"\\]|\\.)*"|[,:]/g, (part) => part.length === 1 ? `${part} ` : part);
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

async function writeUnlessEmpty(path: string, text: string): Promise<void> {
  if (text !== "") return await Deno.writeTextFile(path, text);
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
