/**
 * An independent maker of partition files from events: plain, in memory, for valid messages only. So
 * that the warehouse is tested without landing and dump, and those against it.
 */
import { createHash } from "node:crypto";
import { type DatasetName, DATASETS, fileColumns } from "../../../lib/events/dataset.ts";
import type { FileBytes } from "../../../lib/partitions/file_bytes.ts";
import type { Manifest } from "../../../lib/partitions/manifest.ts";
import { partitionPaths } from "../../../lib/partitions/manifest_file.ts";
import type { PartitionFile } from "../../../lib/partitions/partition_file.ts";

/** A row of a partition file, in order of its columns. */
export type Row = readonly string[];

interface Message {
  object_id: string;
  object_type: string;
  sent_dttm: string;
  payload: Record<string, string | number>;
}

/** The rows of each day's partition file, by date. */
export function partitionRows(jsonl: string, name: DatasetName): Map<string, Row[]> {
  const dataset = DATASETS[name];
  const latest = new Map<string, Map<string, Message>>();
  for (const line of jsonl.split("\n")) {
    if (line.trim() === "") continue;
    const message: Message = JSON.parse(line);
    if (message.object_type !== dataset.objectType) continue;
    const day = String(message.payload[dataset.eventTime]).slice(0, 10);
    const objects = latest.get(day) ?? new Map<string, Message>();
    const before = objects.get(message.object_id);
    if (before === undefined || !isLater(before, message)) objects.set(message.object_id, message);
    latest.set(day, objects);
  }
  return new Map([...latest].map(([day, objects]) => [day, sortedRows(objects, name)]));
}

/** Which snapshot all partition files are of that are written here. */
export const SNAPSHOT = "00000000-0000-4000-8000-000000000000";

/** Writes rows as a partition file with its manifest. */
export async function writePartition(
  workDir: string,
  dataset: DatasetName,
  day: string,
  rows: readonly Row[],
): Promise<PartitionFile> {
  const at = fileColumns(DATASETS[dataset]).findIndex(({ name }) =>
    name === DATASETS[dataset].control
  );
  return await writePartitionText(workDir, dataset, day, csv(rows), {
    rows: rows.length,
    control_total: total(rows.map((row) => row[at]!)),
  });
}

/** Writes any text as a partition file, with the manifest's figures as they are given. */
export async function writePartitionText(
  workDir: string,
  dataset: DatasetName,
  day: string,
  text: string,
  figures: Pick<Manifest, "rows" | "control_total">,
): Promise<PartitionFile> {
  const partition = Temporal.PlainDate.from(day);
  const paths = partitionPaths(workDir, dataset, partition);
  const manifest: Manifest = {
    dataset,
    partition: day,
    ...figures,
    staged_rows: figures.rows,
    bytes: new TextEncoder().encode(text).length,
    sha256: createHash("sha256").update(text).digest("hex"),
    created_at: "2022-10-02T00:00:00Z",
    version: "reference",
    snapshot: SNAPSHOT,
    sources: [],
    complete: null,
  };
  await Deno.mkdir(paths.folder, { recursive: true });
  await Deno.writeTextFile(paths.data, text);
  await Deno.writeTextFile(paths.manifest, JSON.stringify(manifest));
  return { dataset, partition, path: paths.data, bytes: bytesAt(paths.data), manifest };
}

/** The bytes of whatever file stands at a path: it is opened for each reading. */
export function bytesAt(path: string): FileBytes {
  return {
    async readAt(into, position) {
      using file = await Deno.open(path);
      await file.seek(position, Deno.SeekMode.Start);
      return await file.read(into);
    },
  };
}

/** Rows as CSV of the contract's section 4. */
export function csv(rows: readonly Row[]): string {
  const field = (value: string) =>
    value === "" || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  return rows.map((row) => row.map(field).join(",") + "\n").join("");
}

/** The exact sum of decimals that all have the same number of them; "0" of none. */
export function total(values: readonly string[]): string {
  const decimals = values[0]?.split(".")[1]?.length ?? 0;
  const sum = values.reduce((sum, value) => sum + BigInt(value.replace(".", "")), 0n);
  const digits = String(sum < 0n ? -sum : sum).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const text = decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`;
  return sum < 0n ? `-${text}` : text;
}

function isLater(before: Message, message: Message): boolean {
  if (before.sent_dttm !== message.sent_dttm) return before.sent_dttm > message.sent_dttm;
  return rank(before) > rank(message);
}

/** The status values that the contract names, in the order of an operation's life. */
const STATUSES: readonly unknown[] = ["queued", "in_progress", "blocked", "done", "chargeback"];

function rank({ payload }: Message): number {
  return STATUSES.indexOf(payload.status);
}

function sortedRows(objects: Map<string, Message>, name: DatasetName): Row[] {
  const [, , ...payloadColumns] = fileColumns(DATASETS[name]);
  return [...objects.values()]
    .map(({ object_id, sent_dttm, payload }) => [
      object_id,
      sent_dttm.replace("T", " "),
      ...payloadColumns.map(({ name, type }) =>
        type === "rate" ? Number(payload[name]).toFixed(6) : String(payload[name])
      ),
    ])
    .sort(([one], [other]) => one! < other! ? -1 : 1);
}
