/** What a Metabase keeps, and the rules that hold in it whoever asks. */
import type { Dashcard, Details, Mapping, NewCard, Parameter, Query } from "./bodies.ts";

/** A request that is answered with an error. */
export class Refused extends Error {
  /** @param answer a text, or an object that becomes JSON */
  constructor(readonly status: number, readonly answer: unknown) {
    super(`${status}`);
  }
}

/** A table of the warehouse: its columns, each with the type that Metabase's driver makes of it. */
export interface Table {
  schema: string;
  name: string;
  columns: Record<string, string>;
}

export interface SeenField {
  id: number;
  name: string;
  base_type: string;
  has_field_values: string;
}
export interface SeenTable {
  id: number;
  db_id: number;
  schema: string;
  name: string;
  fields: SeenField[];
}
export interface Connection {
  id: number;
  name: string;
  engine: string;
  details: Details;
}
export interface Collection {
  id: number;
  name: string;
  description: string | null;
  location: string;
  personal_owner_id?: number;
  archived: boolean;
}
export interface Card extends NewCard {
  id: number;
  archived: boolean;
}
export interface Tab {
  id: number;
  name: string;
}
export interface Dashboard {
  id: number;
  name: string;
  description: string | null;
  collection_id: number | null;
  archived: boolean;
  parameters: Parameter[];
  dashcards: Dashcard[];
  tabs: Tab[];
}

/** All of it. Tests read it, and change it as people do. */
export class State {
  users: { email: string; password: string; is_superuser: boolean }[] = [];
  sessions = new Map<string, string>();
  connections: Connection[] = [];
  tables: SeenTable[] = [];
  collections: Collection[] = [];
  cards: Card[] = [];
  dashboards: Dashboard[] = [];
  #last = 0;

  /** The next number: one sequence for all, so that no number is right by chance. */
  next(): number {
    return ++this.#last;
  }

  /** Takes a warehouse's tables over, as a sync does. */
  see(database: number, tables: readonly Table[]): void {
    for (const { schema, name, columns } of tables) {
      if (this.tables.some((table) => table.schema === schema && table.name === name)) continue;
      const fields = Object.entries(columns).map(([column, type]) => ({
        id: this.next(),
        name: column,
        base_type: type,
        has_field_values: "none",
      }));
      this.tables.push({ id: this.next(), db_id: database, schema, name, fields });
    }
  }

  /** @throws Refused where a query names what is not there, or fields of another table */
  checkQuery({ database, query }: Query): void {
    if (!this.connections.some(({ id }) => id === database)) throw new Refused(404, "Not found.");
    const fields = [
      ...(query.aggregation ?? []).map(([, field]) => field),
      ...(query.breakout ?? []),
    ];
    for (const field of fields) this.checkField(field, query["source-table"], database);
    this.#table(query["source-table"], database);
  }

  /** @throws Refused where a field is not one of the table, or is said to be of another type */
  checkField(
    [, id, options]: readonly [string, number, { "base-type"?: string | undefined } | null],
    table: number,
    database: number,
  ): void {
    const field = this.#table(table, database).fields.find((one) => one.id === id);
    if (field === undefined) throw new Refused(400, `Field ${id} is none of table ${table}`);
    const type = options?.["base-type"];
    if (type !== undefined && type !== field.base_type) {
      throw new Refused(400, `Field ${field.name} is ${field.base_type}, not ${type}`);
    }
  }

  #table(id: number, database: number): SeenTable {
    const table = this.tables.find((one) => one.id === id && one.db_id === database);
    if (table === undefined) throw new Refused(400, `Table ${id} is none of database ${database}`);
    return table;
  }

  /** @throws Refused where a chart draws columns that its query does not return */
  checkChart(
    { display, dataset_query: { query }, visualization_settings: settings }: NewCard,
  ): void {
    if (display !== "line") return;
    const field = (id: number) =>
      this.tables.flatMap(({ fields }) => fields).find((one) => one.id === id)?.name;
    const dimensions = (query.breakout ?? []).map(([, id]) => field(id));
    const metrics = (query.aggregation ?? []).map(([name]) => name);
    for (
      const [key, columns] of [["graph.dimensions", dimensions], [
        "graph.metrics",
        metrics,
      ]] as const
    ) {
      if (JSON.stringify(settings[key]) !== JSON.stringify(columns)) {
        throw new Refused(400, `${key} is not ${JSON.stringify(columns)}`);
      }
    }
  }

  /** @throws Refused where a filter's target is no field of the chart, or not of the filter's kind */
  checkMapping(
    { parameter_id: parameter, card_id: named, target }: Mapping,
    dashcard: Dashcard,
    parameters: readonly Parameter[],
  ): void {
    const filter = parameters.find(({ id }) => id === parameter);
    if (filter === undefined) throw new Refused(400, `There is no parameter ${parameter}`);
    const card = this.cards.find(({ id }) => id === dashcard.card_id);
    if (card === undefined) throw new Refused(404, `Card ${dashcard.card_id} does not exist`);
    if (named !== undefined && named !== card.id) {
      throw new Refused(400, `Card ${named} is not the one of this place, ${card.id}`);
    }
    const { database, query } = card.dataset_query;
    const [, field] = target;
    this.checkField(field, query["source-table"], database);
    const type = this.tables.flatMap(({ fields }) => fields).find(({ id }) => id === field[1])!
      .base_type;
    const dates = ["type/Date", "type/DateTime"].includes(type);
    if (filter.type.startsWith("date/") !== dates) {
      throw new Refused(400, `A filter of ${filter.type} does not take a field of ${type}`);
    }
  }
}
