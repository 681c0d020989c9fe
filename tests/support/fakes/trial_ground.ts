/** A warehouse to be tried that says what a test has it say. */
import type { Group } from "../../../lib/warehouse/trial/experiment.ts";
import { held, same } from "../../../lib/warehouse/trial/experiment.ts";
import type { ScratchTable, TrialFacts, TrialGround } from "../../../lib/warehouse/trial/ground.ts";
import type { TrialRow } from "../../../lib/warehouse/trial/seen.ts";
import { filledStatement } from "../../../lib/warehouse/trial/variables.ts";
import type { SqlValues } from "../../../lib/sql/template.ts";
import { FinpipeError } from "../../../lib/runtime/errors.ts";

/** What a statement is answered by; a throw fails it. */
export type Answers = (statement: string, session: number) => TrialRow[] | Promise<TrialRow[]>;

export class FakeGround implements TrialGround {
  readonly engine = "vertica";
  readonly schemas = { stagingSchema: "s", martSchema: "m" };
  readonly names = {};
  /** What was run, each with its session. */
  readonly statements: string[] = [];
  /** Tables that are there. */
  tables: ScratchTable[] = [];
  dropped: string[] = [];
  lost = new Set<number>();

  constructor(readonly answers: Answers = () => []) {}

  requireSchemas(): Promise<void> {
    return Promise.resolve();
  }

  facts(): Promise<TrialFacts> {
    return Promise.resolve({ version: "v", nodes: 3, nodesUp: 2, mode: "Eon" });
  }

  filled(sql: string, values: SqlValues): string {
    return filledStatement(sql, { schemas: this.schemas, key: "0123456789ab" }, values);
  }

  open(session: number): Promise<void> {
    this.lost.delete(session);
    return Promise.resolve();
  }

  async run(session: number, statement: string): Promise<TrialRow[]> {
    this.statements.push(`${session}: ${statement}`);
    return await this.answers(statement, session);
  }

  isLost(session: number): boolean {
    return this.lost.has(session);
  }

  leave(): Promise<void> {
    this.statements.push("leave");
    return Promise.resolve();
  }

  scratchTables(): Promise<ScratchTable[]> {
    return Promise.resolve([...this.tables]);
  }

  drop(table: ScratchTable): Promise<void> {
    if (table.name.endsWith("_held")) throw new FinpipeError("locked", "It is locked");
    this.tables = this.tables.filter(({ name }) => name !== table.name);
    this.dropped.push(table.name);
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** A group of three experiments, one of each effect, that hold where their query says `yes`. */
export const EXAMPLE: Group = {
  name: "example",
  scripts: {
    vertica: `-- What it is about.
CREATE TABLE t (a INTEGER);

-- [copes]
SELECT copes;

-- [stops]
SELECT stops;

-- [wrong]
SELECT wrong;

DROP TABLE t;
`,
  },
  experiments: (["copes", "stops", "wrong"] as const).map((effect) => ({
    name: effect,
    assumed: `It is so (${effect})`,
    effect,
    otherwise: "Something is done about it",
    steps: [effect],
    judge(seen) {
      return seen.rows(effect).length === 0 ? held() : same(seen.first(effect), "yes");
    },
  })),
};
