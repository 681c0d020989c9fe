/** A PostgreSQL and a Kafka that may be killed, shared by the cells of the crash matrix. */
import pg from "pg";
import { WatchedProxy, type Watcher } from "../network/watched_proxy.ts";
import { defaultKafka } from "../kafka/jars.ts";
import { type KafkaServer, startKafka } from "../kafka/server.ts";
import type { TestDatabase } from "../postgres/database.ts";
import { type PostgresServer, startPostgres } from "../postgres/server.ts";

export interface CrashServers extends AsyncDisposable {
  postgres: PostgresServer;
  kafka: KafkaServer;
  /** Those who see all that goes to Kafka, as it tells its clients to come through a proxy. */
  kafkaWatchers: Set<Watcher>;
  /** As `PostgreSQL 18.4` and `Kafka 4.4.0`. */
  versions: string[];
}

/** Starts both. */
export async function startServers(): Promise<CrashServers> {
  await using scope = new AsyncDisposableStack();
  const kafkaWatchers = new Set<Watcher>();
  const proxy = scope.use(
    new WatchedProxy(async (...seen) => {
      for (const watch of kafkaWatchers) await watch(...seen);
    }),
  );
  const kafka = scope.use(
    await startKafka({
      properties: { "advertised.listeners": `PLAIN://127.0.0.1:${proxy.port}` },
    }),
  );
  proxy.target = Number(kafka.brokers.split(":")[1]);
  const postgres = scope.use(await startPostgres());
  const [row] = await onServer(postgres, "SHOW server_version");
  const moved = scope.move();
  return {
    postgres,
    kafka,
    kafkaWatchers,
    versions: [`PostgreSQL ${row!.server_version}`, `Kafka ${defaultKafka()}`],
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

/** An empty database of that server, which is dropped when it is disposed of. */
export async function databaseOn(server: PostgresServer): Promise<TestDatabase> {
  const name = `finpipe_soak_${crypto.randomUUID().slice(0, 8)}`;
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    async [Symbol.asyncDispose]() {
      await onServer(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function onServer(
  server: PostgresServer,
  statement: string,
): Promise<Record<string, unknown>[]> {
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  try {
    return (await admin.query(statement)).rows;
  } finally {
    await admin.end();
  }
}
