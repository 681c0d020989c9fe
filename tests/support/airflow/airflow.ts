/**
 * A real Airflow from PyPI, in a temporary folder: its database is SQLite, and nothing of it is
 * installed for the machine.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { makePython, pythonPackages } from "../machine/python_packages.ts";
import { signalGroup } from "../machine/process_group.ts";
import { freePorts } from "../network/ports.ts";

/** The folder of DAGs: deploy/airflow. */
export const DAGS = fileURLToPath(new URL("../../../deploy/airflow", import.meta.url));

/** The versions that the DAG is for: the last of the old kind that many have, and the newest. */
export const AIRFLOWS = ["2.10.5", "3.3.2"] as const;
export type AirflowVersion = typeof AIRFLOWS[number];

/** Milliseconds that Airflow gets to end by itself. */
const GRACE = 60_000;

/** A task of a run of the DAG. */
export interface TaskRun {
  /** The run date. */
  date: string;
  task: string;
  /** As Airflow has it: `success`, `failed`, `up_for_retry`; null where it was never looked at. */
  state: string | null;
  /** Counts the attempts that were begun. */
  tries: number;
  /** When the last attempt began and ended, in UTC. */
  began: string | null;
  ended: string | null;
}

/** What a run of a program left. */
export interface Ran {
  code: number;
  /** Its stdout, then its stderr. */
  output: string;
}

export class Airflow implements AsyncDisposable {
  readonly version: AirflowVersion;
  readonly home: string;
  readonly #env: Record<string, string>;
  readonly #services: Deno.ChildProcess[] = [];

  private constructor(version: AirflowVersion, home: string, env: Record<string, string>) {
    this.version = version;
    this.home = home;
    this.#env = env;
  }

  /** Gets Airflow (a minute or two the first time), and makes its database. */
  static async create(version: AirflowVersion): Promise<Airflow> {
    const constraints = new URL(`constraints-${version}.txt`, import.meta.url);
    const packages = await pythonPackages(
      `apache-airflow[cncf-kubernetes]==${version}`,
      fileURLToPath(constraints),
    );
    const home = await Deno.makeTempDir({ prefix: "finpipe-airflow-" });
    const airflow = new Airflow(version, home, environment(home));
    try {
      // The scheduler of Airflow 2 calls it for each task.
      await makePython(packages, join(home, "python"), { airflow: "airflow.__main__:main" });
      const { code, output } = await airflow.airflow("db", "migrate");
      if (code !== 0) throw new Error(`Cannot make Airflow's database: ${output.slice(-4000)}`);
      return airflow;
    } catch (error) {
      await airflow[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs Python in Airflow's environment. */
  async python(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
    const { code, stdout, stderr } = await new Deno.Command(
      join(this.home, "python", "bin", "python3"),
      {
        args: [...args],
        cwd: this.home,
        clearEnv: true,
        env: { ...this.#env, ...env },
        stdin: "null",
      },
    ).output();
    const text = new TextDecoder();
    return { code, output: text.decode(stdout) + text.decode(stderr) };
  }

  /** Runs Airflow's own command line. */
  airflow(...args: string[]): Promise<Ran> {
    return this.python(["-m", "airflow", ...args]);
  }

  /** Starts what schedules and runs tasks; they see these variables. Disposing ends it. */
  start(env: Record<string, string>): void {
    const services = this.version.startsWith("2.")
      ? ["scheduler"]
      : ["api-server", "dag-processor", "scheduler"];
    for (const service of services) {
      const log = join(this.home, `${service}.log`);
      this.#services.push(
        new Deno.Command("sh", {
          args: ["-c", `exec python3 -m airflow ${service} >"$0" 2>&1`, log],
          cwd: this.home,
          clearEnv: true,
          env: { ...this.#env, ...env },
          // A group of its own, so that all that it starts ends with it.
          detached: true,
          stdin: "null",
        }).spawn(),
      );
    }
  }

  /** The tasks of all runs, by date and in the order of their names. */
  tasks(): TaskRun[] {
    const database = new DatabaseSync(join(this.home, "airflow.db"), { readOnly: true });
    try {
      return database.prepare(
        `SELECT substr(run_id, length('scheduled__') + 1, 10) AS date, task_id AS task, state,
           try_number AS tries, start_date AS began, end_date AS ended
         FROM task_instance WHERE run_id LIKE 'scheduled\\_\\_%' ESCAPE '\\' ORDER BY date, task`,
      ).all() as unknown as TaskRun[];
    } finally {
      database.close();
    }
  }

  /** True where the scheduler has looked at what the run of a date can do. */
  wasLookedAt(date: string): boolean {
    const database = new DatabaseSync(join(this.home, "airflow.db"), { readOnly: true });
    try {
      return database.prepare(
        "SELECT 1 FROM dag_run WHERE run_id LIKE ? AND last_scheduling_decision IS NOT NULL",
      ).get(`scheduled__${date}%`) !== undefined;
    } finally {
      database.close();
    }
  }

  /** The log of an attempt at a task. */
  async log(date: string, task: string, attempt: number): Promise<string> {
    const runs = join(this.home, "logs", "dag_id=finpipe");
    for await (const { name } of Deno.readDir(runs)) {
      if (!name.startsWith(`run_id=scheduled__${date}`)) continue;
      return await Deno.readTextFile(join(runs, name, `task_id=${task}`, `attempt=${attempt}.log`));
    }
    throw new Error(`Airflow has no log of ${task} of ${date}`);
  }

  /** The ends of the logs of what was started, to see why nothing happens. */
  async serviceLogs(): Promise<string> {
    let text = "";
    for await (const { name } of Deno.readDir(this.home)) {
      if (!name.endsWith(".log")) continue;
      text += `${name}:\n${(await Deno.readTextFile(join(this.home, name))).slice(-3000)}\n`;
    }
    return text;
  }

  /**
   * Ends what was started. Asks first: Airflow 2's scheduler has a process in a group of its own, which
   * only the scheduler ends.
   */
  async stop(): Promise<void> {
    for (const { pid } of this.#services) signalGroup(pid, "SIGTERM");
    const ended = Promise.all(this.#services.map(({ status }) => status));
    let timer;
    const late = new Promise((resolve) => timer = setTimeout(resolve, GRACE));
    await Promise.race([ended, late]);
    clearTimeout(timer);
    for (const { pid } of this.#services) signalGroup(pid, "SIGKILL");
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.home, { recursive: true });
  }
}

function environment(home: string): Record<string, string> {
  const [api, workerLogs] = freePorts(2);
  return {
    PATH: `${join(home, "python", "bin")}:${Deno.env.get("PATH") ?? ""}`,
    PYTHONDONTWRITEBYTECODE: "1",
    HOME: home,
    XDG_CACHE_HOME: join(home, "cache"),
    XDG_CONFIG_HOME: join(home, "config"),
    AIRFLOW_HOME: home,
    AIRFLOW__CORE__DAGS_FOLDER: DAGS,
    AIRFLOW__CORE__LOAD_EXAMPLES: "False",
    AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION: "False",
    AIRFLOW__CORE__PARALLELISM: "2",
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: `sqlite:///${join(home, "airflow.db")}`,
    // Airflow 2 reads these, Airflow 3 the same ones of its dag_processor.
    AIRFLOW__SCHEDULER__MIN_FILE_PROCESS_INTERVAL: "2",
    AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL: "2",
    AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT: String(workerLogs),
    AIRFLOW__API__PORT: String(api),
    AIRFLOW__API__HOST: "127.0.0.1",
    AIRFLOW__API__WORKERS: "1",
    AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `http://127.0.0.1:${api}/execution/`,
    AIRFLOW__API_AUTH__JWT_SECRET: crypto.randomUUID(),
    // Airflow asks nobody on the network.
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED: "False",
  };
}
