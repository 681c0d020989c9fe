/**
 * A real Apache Superset from PyPI, in a temporary folder: its database is SQLite, and nothing of it is
 * installed for the machine.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { signalGroup } from "../machine/process_group.ts";
import { makePython, pythonPackages } from "../machine/python_packages.ts";
import { freePorts } from "../network/ports.ts";
import { until } from "../until.ts";

const VERSION = "6.1.0";

/** What its own list of requirements leaves out, and the dialect of Vertica. */
const MORE = ["rich", "cachetools", "sqlalchemy-vertica-python"];

export class Superset implements AsyncDisposable {
  readonly user = "admin";
  readonly password: string = crypto.randomUUID();
  readonly url: string;
  readonly #home: string;
  readonly #env: Record<string, string>;
  #server: Deno.ChildProcess | undefined;

  private constructor(home: string, port: number) {
    this.#home = home;
    this.url = `http://127.0.0.1:${port}`;
    this.#env = {
      PATH: `${join(home, "python", "bin")}:${Deno.env.get("PATH") ?? ""}`,
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONWARNINGS: "ignore",
      HOME: home,
      FLASK_APP: "superset",
      SUPERSET_HOME: home,
      SUPERSET_CONFIG_PATH: join(home, "superset_config.py"),
    };
  }

  /** Gets it (two minutes the first time), and makes its database and its one user. */
  static async create(): Promise<Superset> {
    const constraints = fileURLToPath(new URL(`constraints-${VERSION}.txt`, import.meta.url));
    const packages = await pythonPackages(`apache-superset==${VERSION}`, constraints, MORE);
    const home = await Deno.makeTempDir({ prefix: "finpipe-superset-" });
    const [port] = freePorts(1);
    const superset = new Superset(home, port!);
    try {
      await superset.#prepare(packages);
      return superset;
    } catch (error) {
      await superset[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #prepare(packages: string): Promise<void> {
    await makePython(packages, join(this.#home, "python"), {
      superset: "superset.cli.main:superset",
    });
    await Deno.writeTextFile(
      this.#env.SUPERSET_CONFIG_PATH!,
      `SECRET_KEY = "${crypto.randomUUID()}"
SQLALCHEMY_DATABASE_URI = "sqlite:///${join(this.#home, "superset.db")}"
`,
    );
    await this.run(["superset", "db", "upgrade"]);
    const names = ["--firstname", "finpipe", "--lastname", "finpipe", "--email", "a@example.com"];
    const user = ["--username", this.user, "--password", this.password, ...names];
    await this.run(["superset", "fab", "create-admin", ...user]);
    await this.run(["superset", "init"]);
  }

  /** Runs a program in its environment. @throws Error with what it printed where it fails */
  async run(
    [program, ...args]: readonly string[],
    env: Record<string, string> = {},
  ): Promise<void> {
    const { success, stdout, stderr } = await new Deno.Command(program!, {
      args,
      cwd: this.#home,
      clearEnv: true,
      env: { ...this.#env, ...env },
      stdin: "null",
    }).output();
    if (success) return;
    const text = new TextDecoder();
    const said = text.decode(stdout) + text.decode(stderr);
    throw new Error(`${program} ${args[0] ?? ""} failed: ${said.slice(-4000)}`);
  }

  /** Changes its database, by statements of SQL, while no server of it runs. */
  async change(statements: readonly string[]): Promise<void> {
    const script = "import sqlite3, sys\n" +
      "with sqlite3.connect(sys.argv[1]) as db:\n" +
      "  for statement in sys.argv[2:]: db.execute(statement)\n";
    await this.run(["python3", "-c", script, join(this.#home, "superset.db"), ...statements]);
  }

  /** Starts its server, and waits until it answers. */
  async start(): Promise<void> {
    this.#server = new Deno.Command("sh", {
      args: [
        "-c",
        'exec superset run --with-threads --port "$0" >"$1" 2>&1',
        new URL(this.url).port,
        join(this.#home, "server.log"),
      ],
      cwd: this.#home,
      clearEnv: true,
      env: this.#env,
      detached: true,
      stdin: "null",
    }).spawn();
    await until(async () => {
      const answer = await fetch(`${this.url}/health`).catch(() => undefined);
      await answer?.body?.cancel();
      return answer?.ok === true;
    });
  }

  /** The end of its server's log. */
  async log(): Promise<string> {
    return (await Deno.readTextFile(join(this.#home, "server.log")).catch(() => "")).slice(-6000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server !== undefined) {
      signalGroup(this.#server.pid, "SIGKILL");
      await this.#server.status;
    }
    await Deno.remove(this.#home, { recursive: true });
  }
}
