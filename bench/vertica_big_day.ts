/**
 * `load` of a day of 50,000,000 rows, some 10 GB, into the sink of bench/vertica_server.ts: memory beside
 * that of a day of a tenth of it, and what the load says on its way. By hand, as it takes minutes and
 * the file its room on the disk of TMPDIR: `deno run -A bench/vertica_big_day.ts [ROWS]`.
 */
import { join } from "node:path";
import { benchFolder, figure, print } from "./support.ts";
import { type DayFile, startServer, writeDay } from "./vertica_day.ts";

const ROWS = Number(Deno.args[0] ?? 50_000_000);
/** With it a row has 200 bytes. */
const COUNTRY = "united kingdom of great britain and northern ireland";
const LIMIT_MEGABYTES = 300;

/** How the file is loaded, and so how often it is read. */
const WAYS = [
  { name: "one session", kind: "sink", more: [] },
  { name: "four sessions", kind: "sink", more: ["--streams", "4"] },
  { name: "strings that may be absent", kind: "absent", more: [] },
] as const;

await using folder = await benchFolder();
const small = await writeDay(join(folder.path, "small"), { rows: ROWS / 10, country: COUNTRY });
print(`a day of ${small.rows} rows, ${small.megabytes} MB`);
const big = await writeDay(join(folder.path, "big"), { rows: ROWS, country: COUNTRY });
print(`a day of ${big.rows} rows, ${big.megabytes} MB`);
for (const way of WAYS) {
  const least = await loadOf(small, way);
  const most = await loadOf(big, way);
  print(
    `${way.name}: ${most.seconds.toFixed(0)} s, peak memory ${most.megabytes.toFixed(0)} MB, ` +
      `of the small day ${least.megabytes.toFixed(0)} MB; said ${most.log.length} lines:`,
  );
  for (const line of most.log) print(`  ${line}`);
  figure(
    `${way.name}: peak memory of the day / of the small`,
    most.megabytes / least.megabytes,
    1.2,
  );
  figure(`${way.name}: peak memory / ${LIMIT_MEGABYTES} MB`, most.megabytes / LIMIT_MEGABYTES, 1);
}

async function loadOf(day: DayFile, { kind, more }: typeof WAYS[number]) {
  await using server = await startServer(kind, day);
  return await server.loudLoad(more);
}
