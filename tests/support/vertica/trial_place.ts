/** A Vertica with finpipe's tables, and what `doctor --trial` says of it. */
import assert from "node:assert/strict";
import type { VerticaSession } from "../../../lib/warehouse/vertica/connection/session.ts";
import { type CliResult, runCli } from "../cli/run_cli.ts";
import { openTestVertica, type OwnServer, type TestVertica } from "./place.ts";

/** A server with finpipe's tables. */
export class TrialPlace implements AsyncDisposable {
  readonly schemas;

  private constructor(readonly vertica: TestVertica, readonly session: VerticaSession) {
    this.schemas = vertica.newSchemas();
  }

  static async open(): Promise<TrialPlace> {
    const vertica = await openTestVertica();
    const place = new TrialPlace(vertica, await vertica.session());
    const { code, stderr } = await place.run(["init"]);
    assert.equal(code, 0, stderr);
    return place;
  }

  get own(): OwnServer {
    return this.vertica.own!;
  }

  get env(): Record<string, string> {
    return {
      FINPIPE_VERTICA_URL: this.vertica.url,
      FINPIPE_STAGING_SCHEMA: this.schemas.stagingSchema,
      FINPIPE_MART_SCHEMA: this.schemas.martSchema,
      FINPIPE_LOG_FORMAT: "text",
    };
  }

  run(args: string[], options: { env?: Record<string, string>; signal?: AbortSignal } = {}) {
    const { env = {}, signal } = options;
    return runCli([...args, "--retry-for", "0s"], {
      env: { ...this.env, ...env },
      ...(signal === undefined ? {} : { signal }),
    });
  }

  trial(...more: string[]): Promise<CliResult> {
    return this.run(["doctor", "--trial", ...more]);
  }

  /** Tables of trials. */
  async scratch(): Promise<string[]> {
    const rows = await this.query(
      "SELECT table_schema, table_name FROM v_catalog.tables " +
        "WHERE table_name LIKE 'finpipe!_trial!_%' ESCAPE '!' ORDER BY table_name",
    );
    return rows.map(({ table_schema, table_name }) => `${table_schema}.${table_name}`);
  }

  query(sql: string) {
    return this.session.transaction(() => this.session.query(sql));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.vertica.dropSchemas(this.session, this.schemas);
    await this.session.close();
    await this.vertica[Symbol.asyncDispose]();
  }
}

export interface TrialReport {
  finpipe: string;
  warehouse: Record<string, unknown>;
  experiments: {
    name: string;
    group: string;
    assumed: string;
    outcome: string;
    applies: boolean;
    seen: string | null;
    effect: string | null;
    otherwise: string;
    statements: string[];
  }[];
  totals: Record<string, number>;
  exit_code: number;
}

export function reportOf({ stdout }: CliResult): TrialReport {
  return JSON.parse(stdout);
}

export function namesOf(report: TrialReport, outcome: string): string[] {
  return report.experiments.filter((found) => found.outcome === outcome && found.applies)
    .map(({ name }) => name);
}
