/**
 * A process that lands a topic until it is killed, for tests: `stream` has no option for how long a
 * silent member is taken for alive, and a test does not wait for half a minute.
 */
import { openSession } from "../engine/engines.ts";
import type { TestTopic } from "../kafka/topics.ts";
import { LandingPlace } from "./landing.ts";

/** Milliseconds; long enough for a member on a busy machine to be taken for alive. */
export const SESSION_TIMEOUT = 6000;

/** Starts one, which is killed with the place; it says on stdout when it has landed something. */
export function startMember(
  place: LandingPlace,
  sessionTimeout = SESSION_TIMEOUT,
): Deno.ChildProcess {
  const { topic, url, workDir } = place;
  const { brokers, topic: name, group } = topic;
  const member = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      import.meta.filename!,
      JSON.stringify({ topic: { brokers, topic: name, group }, url, workDir, sessionTimeout }),
    ],
    // It needs no broker of its own.
    env: { FINPIPE_TEST_KAFKA: brokers },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  place.endsWithPlace(async () => {
    try {
      member.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await member.status;
    if (!member.stdout.locked) await member.stdout.cancel();
  });
  return member;
}

if (import.meta.main) {
  const { topic, url, workDir, sessionTimeout } = JSON.parse(Deno.args[0]!) as {
    topic: TestTopic;
    url: string;
    workDir: string;
    sessionTimeout: number;
  };
  const session = await openSession(url);
  const place = new LandingPlace(topic, url, session, workDir, new AsyncDisposableStack());
  await place.land({
    untilEnd: false,
    rows: 50,
    linger: "20ms",
    member: { sessionTimeout },
    onProgress: () => void Deno.stdout.write(new TextEncoder().encode("landed\n")),
  }).totals;
}
