/** Whose code the time of some work goes into, as V8's profiler sees it. */
import { Session } from "node:inspector";
import { print } from "./support.ts";

/** Whose code it is, by where it lies. */
const OWNERS: [owner: string, url: RegExp][] = [
  ["kafkajs", /\/kafkajs\//],
  ["finpipe: decode, judge, encode", /\/lib\/(events|pipeline|staging)\//],
  ["finpipe: feed and consumer", /\/lib\/sources\//],
  ["Deno: sockets, streams, buffers, timers", /^(ext:|node:)/],
];

interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string };
}

/** Runs work under V8's profiler, and prints the share of each owner. */
export async function profiled(work: () => Promise<unknown>): Promise<void> {
  const session = new Session();
  session.connect();
  const post = (method: string) =>
    new Promise<{ profile: Profile }>((resolve, reject) => {
      session.post(method, (error: Error | null, result: unknown) => {
        if (error === null) resolve(result as { profile: Profile });
        else reject(error);
      });
    });
  await post("Profiler.enable");
  await post("Profiler.start");
  await work();
  const { profile: { nodes, samples, timeDeltas } } = await post("Profiler.stop");
  const owners = new Map(nodes.map((node) => [node.id, ownerOf(node)]));
  const times = new Map<string, number>();
  samples.forEach((id, i) => {
    const owner = owners.get(id)!;
    times.set(owner, (times.get(owner) ?? 0) + timeDeltas[i]!);
  });
  times.delete("idle");
  const all = [...times.values()].reduce((sum, time) => sum + time, 0);
  for (const [owner, time] of [...times].sort(([, a], [, b]) => b - a)) {
    print(`  ${(100 * time / all).toFixed(0).padStart(3)} % ${owner}`);
  }
}

interface Profile {
  nodes: ProfileNode[];
  samples: number[];
  /** Microseconds. */
  timeDeltas: number[];
}

function ownerOf({ callFrame: { functionName, url } }: ProfileNode): string {
  if (functionName === "(idle)") return "idle";
  if (functionName === "(garbage collector)") return "garbage collector";
  const owner = OWNERS.find(([, pattern]) => pattern.test(url))?.[0];
  return owner ?? (url === "" ? "V8 and native code" : "other");
}
