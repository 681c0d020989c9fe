/** The names under which staging knows a source that a person named as `stream` takes it. */
import { resolve } from "node:path";

/**
 * A topic and a file may have one name; then both are meant.
 *
 * @param named a topic, a path, `-` for stdin, or `kafka` for the topic that is configured
 * @param topic that one
 * @returns the name itself and what it stands for: the path without links, also of a file that is gone
 */
export async function sourceNames(named: string, topic: string): Promise<string[]> {
  const names = [named];
  if (named === "-") names.push("stdin");
  else if (named === "kafka") names.push(topic);
  else {
    const path = resolve(named);
    // Whatever the system says of it, it may be a topic.
    names.push(path, await Deno.realPath(path).catch(() => path));
  }
  return [...new Set(names)];
}
