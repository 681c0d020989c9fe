/** A trial's findings as lines for a person, and as JSON to be sent to us. */
import { type Paint, PLAIN } from "../../runtime/colors.ts";
import { VERSION } from "../../runtime/version.ts";
import { counted } from "../../runtime/words.ts";
import type { WarehouseSchemas } from "../variables.ts";
import type { Effect } from "./experiment.ts";
import type { TrialFacts, TrialGround } from "./ground.ts";
import { masked } from "./masked.ts";
import { exitCodeOf, type Finding } from "./trial.ts";
import { shownSql } from "./variables.ts";

const OUTCOMES = { held: "held", not: "not", not_tried: "not tried" };
const STYLES = { held: "good", not: "bad", not_tried: "warning" } as const;
const EFFECTS: Record<Effect, string> = {
  copes: "works without it",
  stops: "fails, and nothing is lost",
  wrong: "may be wrong",
};
const WIDTH = 11;
/** Characters of a statement that is no more than an example. */
const SHORT = 120;

/** What is tried, as the first line says it. */
export function headLine({ version, nodes, nodesUp, mode }: TrialFacts): string {
  const count = nodes === undefined
    ? undefined
    : `${counted(nodes, "node")}${nodesUp === nodes ? "" : `, ${nodesUp} of them up`}`;
  const place = mode === "embedded" ? "the embedded warehouse" : mode && `${mode} Mode`;
  return [version, count, place].filter((part) => part !== undefined).join(", ");
}

/** An experiment's lines: its result, what finpipe does about it, how to repeat it. */
export function linesOf(
  finding: Finding,
  schemas: WarehouseSchemas,
  paint: Paint = PLAIN,
): string[] {
  const { experiment: { name, assumed, otherwise, steps }, outcome, seen, applies } = finding;
  // Experiments about features that this warehouse does not have are only counted at the end.
  if (!applies) return [];
  const word = OUTCOMES[outcome];
  const shown = paint(STYLES[outcome], word) + " ".repeat(WIDTH - word.length);
  const lines = [`${shown}${name}: ${assumed}`];
  const add = (text: string) => lines.push(`${" ".repeat(WIDTH)}${text}`);
  if (seen !== undefined) add(`${outcome === "not_tried" ? "because" : "seen"}: ${seen}`);
  const effect = finding.effect === undefined ? "" : ` (finpipe ${EFFECTS[finding.effect]})`;
  add(`${outcome === "not" ? "so" : "if not"}${effect}: ${otherwise}`);
  const statements = finding.statements.map((sql) => oneLine(shownSql(sql, schemas)));
  if (outcome !== "held") { for (const statement of statements) add(`${statement};`); }
  else add(`by hand (${finding.group}, ${steps.join(", ")}): ${shortened(statements)}`);
  return lines;
}

/** How many held, and what to do. */
export function lastLines(findings: readonly Finding[], isEmbedded: boolean): string[] {
  const of = (outcome: Finding["outcome"]) =>
    findings.filter((found) => found.outcome === outcome && found.applies);
  const needed = of("not").filter(({ effect }) => effect !== "copes");
  const not = needed.length === 0
    ? `${of("not").length} not${of("not").length === 0 ? "" : ` (finpipe ${EFFECTS.copes})`}`
    : `${of("not").length} not, of which finpipe needs ${names(needed)}`;
  const foreign = findings.filter(({ applies }) => !applies).length;
  const client = isEmbedded ? "psql" : "vsql";
  return [
    "",
    `${of("held").length} held, ${not}, ${of("not_tried").length} not tried` +
    (foreign === 0 ? "" : `; ${foreign} more are about features that this warehouse does not have`),
    `For all the SQL that ran, to run with ${client}: 'finpipe doctor --trial --print-sql'. ` +
    "For a report to send to us: 'finpipe doctor --trial --json'",
  ];
}

/** Without names of users, places or schemas: statements have an example's. */
export function jsonOf(
  findings: readonly Finding[],
  facts: TrialFacts,
  { engine, names }: Pick<TrialGround, "engine" | "names">,
) {
  const clean = (text: string) => masked(text, names);
  const count = (outcome: Finding["outcome"]) =>
    findings.filter((found) => found.applies && found.outcome === outcome).length;
  return {
    finpipe: VERSION,
    warehouse: {
      engine,
      version: clean(facts.version),
      nodes: facts.nodes ?? null,
      nodes_up: facts.nodesUp ?? null,
      mode: facts.mode ?? null,
    },
    experiments: findings.map((
      { experiment, group, outcome, seen, effect, applies, statements },
    ) => ({
      name: experiment.name,
      group,
      assumed: experiment.assumed,
      outcome,
      applies,
      seen: seen === undefined ? null : clean(seen),
      effect: effect ?? null,
      otherwise: experiment.otherwise,
      statements: statements.map((sql) => shownSql(sql)),
    })),
    totals: {
      held: count("held"),
      not: count("not"),
      not_tried: count("not_tried"),
      does_not_apply: findings.filter(({ applies }) => !applies).length,
    },
    exit_code: exitCodeOf(findings),
  };
}

function names(findings: readonly Finding[]): string {
  return findings.map(({ experiment }) => experiment.name).join(", ");
}

function oneLine(sql: string): string {
  return sql.replace(/\s+/g, " ").trim();
}

/** The first statement that is not just ROLLBACK; --print-sql prints the whole script. */
function shortened(statements: readonly string[]): string {
  const sql = statements.find((statement) => statement.includes(" ")) ?? "";
  return sql.length <= SHORT ? `${sql};` : `${sql.slice(0, SHORT)}...`;
}
