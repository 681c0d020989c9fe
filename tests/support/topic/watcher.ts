/** What a stream serves on its HTTP port, for tests. */
import { until } from "../until.ts";

/** Asks the stream's HTTP port, which is not there before it has begun. */
export function watcher(port: number) {
  const get = async (path: string) => {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: response.status, text: await response.text() };
    } catch {
      return { status: 0, text: "" };
    }
  };
  return {
    get,
    until: (path: string, status: number) => until(async () => (await get(path)).status === status),
    /** The figures by name and labels. */
    async figures(): Promise<Map<string, number>> {
      const { text } = await get("/metrics");
      const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      return new Map(lines.map((line) => {
        const space = line.lastIndexOf(" ");
        return [line.slice(0, space), Number(line.slice(space + 1))];
      }));
    },
  };
}
