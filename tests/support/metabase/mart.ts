/** The mart as Metabase sees it: the tables of the SQL that makes it. */
import { fileURLToPath } from "node:url";
import type { Table } from "./state.ts";

const SQL = fileURLToPath(new URL("../../../sql/warehouse/vertica", import.meta.url));

/** What the driver makes of Vertica's types: modules/drivers/vertica in Metabase's source. */
const TYPES: Record<string, string> = {
  DATE: "type/Date",
  INTEGER: "type/Integer",
  NUMERIC: "type/Decimal",
  TIMESTAMP: "type/DateTime",
  VARCHAR: "type/Text",
};

/** `global_metrics` and `v_transactions`, in a schema. */
export async function martTables(schema: string): Promise<Table[]> {
  const tables = await Deno.readTextFile(`${SQL}/001_tables.sql`);
  const [, mart] = /CREATE TABLE [^;]*\.global_metrics \(\n([^;]*?)\n\)/.exec(tables)!;
  const columns = [...mart!.matchAll(/^ {2}(\w+) +([A-Z]+)/gm)].filter(([, name]) =>
    name !== name!.toUpperCase()
  ).map(([, name, type]) => [name, TYPES[type!] ?? `type/${type}`]);
  const core = await Deno.readTextFile(`${SQL}/004_core.sql`);
  const [, view] = /VIEW :mart_schema\.v_transactions AS\nSELECT\n([^;]*?)\nFROM/.exec(core)!;
  const shown = view!.split(",\n").map((item) => [/(\w+)$/.exec(item)![1], "type/Text"]);
  return [
    { schema, name: "global_metrics", columns: Object.fromEntries(columns) },
    { schema, name: "v_transactions", columns: Object.fromEntries(shown) },
  ];
}
