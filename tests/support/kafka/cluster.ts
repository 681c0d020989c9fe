/** A Kafka of several nodes, of which some may be killed: topics and groups have copies on each. */
import { type KafkaOptions, type KafkaServer, startKafka } from "./server.ts";
import { freePorts } from "../network/ports.ts";

export interface KafkaCluster extends AsyncDisposable {
  /** All of them, as in FINPIPE_KAFKA_BROKERS. */
  brokers: string;
  /** By their ids, from 1. */
  nodes: ReadonlyMap<number, KafkaServer>;
}

/**
 * Starts a cluster, each of whose nodes is a broker and a controller: more than half of them must live.
 *
 * @param count of nodes
 */
export async function startKafkaCluster(
  count: number,
  options: KafkaOptions = {},
): Promise<KafkaCluster> {
  await using scope = new AsyncDisposableStack();
  const ports = freePorts(count);
  const voters = ports.map((port, index) => `${index + 1}@127.0.0.1:${port}`).join(",");
  // Not one after the other: a node is ready when most of them are there.
  const starting = ports.map(async (controllerPort, index) => {
    const properties = { ...propertiesOf(index + 1, count, voters), ...options.properties };
    return scope.use(await startKafka({ ...options, controllerPort, properties }));
  });
  const started = await Promise.allSettled(starting);
  const failed = started.find(({ status }) => status === "rejected");
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  const servers = await Promise.all(starting);
  const moved = scope.move();
  return {
    brokers: servers.map(({ brokers }) => brokers).join(","),
    nodes: new Map(servers.map((server, index) => [index + 1, server])),
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

function propertiesOf(id: number, count: number, voters: string): Record<string, string> {
  return {
    "node.id": String(id),
    "controller.quorum.voters": voters,
    "offsets.topic.replication.factor": String(count),
    "transaction.state.log.replication.factor": String(count),
    "default.replication.factor": String(count),
    // What is acknowledged is on a node that lives, whichever is killed.
    "min.insync.replicas": "2",
  };
}
