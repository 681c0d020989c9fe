/**
 * What Metabase gets: a model over all transactions, and the four charts of the mart on a dashboard with
 * filters for dates and currency. The same four as the page of `finpipe report --format html` and
 * deploy/superset have.
 *
 * Queries are in MBQL 4, the query builder's language, rather than in SQL: who looks can click on through a
 * chart, and needs no right to write SQL. Version 0.57 and later take MBQL 4, too:
 * https://www.metabase.com/docs/latest/developers-guide/api-changelog
 */
import type { Answer } from "./client.ts";

/** The name of the connection, the collection, and the dashboard. */
export const NAME = "finpipe";

/** The mart, and its view of all transactions (docs/core.md). */
export const MART = "global_metrics";
export const TRANSACTIONS = "v_transactions";

/** The columns of the mart that charts and filters use. */
export const COLUMNS = [
  "date_update",
  "currency_from",
  "cnt_transactions",
  "avg_transactions_per_account",
  "cnt_accounts_make_transactions",
  "amount_total",
] as const;
export type Column = (typeof COLUMNS)[number];

/** A column as Metabase knows it. */
export interface Field {
  id: number;
  /** As `type/Date`. */
  baseType: string;
}

/** What Metabase found in the mart's schema. */
export interface Tables {
  database: number;
  transactions: number;
  mart: number;
  fields: Record<Column, Field>;
}

/** A chart of the dashboard. There is one row for each day and currency, so each is shown as it is. */
interface Chart {
  name: string;
  description: string;
  column: Column;
  aggregation: "sum" | "max";
}

const CHARTS: readonly Chart[] = [
  {
    name: "Transactions",
    description: "Counted transactions of each day, by currency.",
    column: "cnt_transactions",
    aggregation: "sum",
  },
  {
    name: "Transactions per account",
    description: "Counted transactions of each day per account that made one, by currency.",
    column: "avg_transactions_per_account",
    aggregation: "max",
  },
  {
    name: "Accounts",
    description: "Accounts that made a counted transaction on the day, by currency.",
    column: "cnt_accounts_make_transactions",
    aggregation: "max",
  },
  {
    name: "Amount, US dollars",
    description: "The sum of each day in US dollars, by currency; payments out are negative.",
    column: "amount_total",
    aggregation: "sum",
  },
];

/** What a question or a model is made of, as POST and PUT /api/card have it. */
interface Card extends Answer {
  name: string;
  description: string;
  type: "model" | "question";
  display: string;
}

/** A card, and the key by which it is known whatever people name it. */
export interface Kept {
  key: string;
  card: Card;
}

/** The model: https://www.metabase.com/docs/v0.56/data-modeling/models */
export function modelOf(tables: Tables): Kept {
  const card: Card = {
    name: "Transactions, one by one",
    description: "A row for each transaction, with names in place of keys.",
    type: "model",
    display: "table",
    dataset_query: {
      database: tables.database,
      type: "query",
      query: { "source-table": tables.transactions },
    },
    visualization_settings: {},
  };
  return { key: TRANSACTIONS, card };
}

/** The four charts, in the order of the dashboard. */
export function chartsOf(tables: Tables): Kept[] {
  return CHARTS.map((chart) => ({ key: chart.column, card: cardOf(chart, tables) }));
}

function cardOf({ name, description, column, aggregation }: Chart, tables: Tables): Card {
  const { date_update: date, currency_from: currency } = tables.fields;
  return {
    name,
    description,
    type: "question",
    display: "line",
    dataset_query: {
      database: tables.database,
      type: "query",
      query: {
        "source-table": tables.mart,
        aggregation: [[aggregation, fieldOf(tables.fields[column])]],
        breakout: [fieldOf(date, { "temporal-unit": "day" }), fieldOf(currency)],
      },
    },
    visualization_settings: {
      "graph.dimensions": ["date_update", "currency_from"],
      "graph.metrics": [aggregation],
      "graph.x_axis.title_text": "Date",
      "graph.y_axis.title_text": name,
      ...(column === "amount_total" ? dollars(aggregation) : {}),
    },
  };
}

function dollars(column: string): Answer {
  const settings = { number_style: "currency", currency: "USD" };
  return { column_settings: { [JSON.stringify(["name", column])]: settings } };
}

function fieldOf({ id, baseType }: Field, options: Answer = {}): unknown[] {
  return ["field", id, { "base-type": baseType, ...options }];
}

/** A filter of the dashboard: https://www.metabase.com/docs/v0.56/dashboards/filters */
interface Filter {
  id: string;
  column: Column;
  parameter: Answer;
}

/** Their ids are Metabase's kind, eight hexadecimal digits, and always the same, so that they are known again. */
const FILTERS: readonly Filter[] = [
  {
    id: "f1da7e01",
    column: "date_update",
    parameter: { name: "Dates", slug: "dates", type: "date/range", sectionId: "date" },
  },
  {
    id: "f1c0de01",
    column: "currency_from",
    parameter: { name: "Currency", slug: "currency", type: "number/=", sectionId: "number" },
  },
];

/** The dashboard's parameters, with the names and default values that people gave ours, and all other ones. */
export function parametersOf(present: readonly Answer[]): Answer[] {
  const ours = FILTERS.map(({ id, parameter }) => {
    const now = present.find((other) => other.id === id);
    const { name = parameter.name, slug = parameter.slug } = now ?? {};
    return { ...now, id, ...parameter, name, slug };
  });
  return [...ours, ...present.filter((other) => !FILTERS.some(({ id }) => id === other.id))];
}

/** What a chart's place on the dashboard takes from the filters, beside what it takes from other ones. */
export function mappingsOf(card: number, tables: Tables, present: readonly Answer[]): Answer[] {
  const ours = FILTERS.map(({ id, column }) => ({
    parameter_id: id,
    card_id: card,
    target: ["dimension", fieldOf(tables.fields[column]), { "stage-number": 0 }],
  }));
  return [
    ...ours,
    ...present.filter((other) => !FILTERS.some(({ id }) => id === other.parameter_id)),
  ];
}

/** Two by two, over the width of the dashboard: 24 columns. */
export const GRID = { columns: 2, width: 12, height: 7 } as const;
