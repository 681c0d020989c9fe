/**
 * The bodies that Metabase documents, for the requests that the stand-in answers: docs/api.json in its source,
 * which https://www.metabase.com/docs/v0.56/api shows. The text that was read is of a version after 0.56;
 * the changelog of the API (docs/developers-guide/api-changelog.md there) names one change between that touches
 * these requests: from 0.57 on a card's query is answered in MBQL 5. Metabase 0.56 overlooks a key that it does not
 * know; here it is refused, so that a mistyped one is found.
 */
import * as v from "valibot";

const name = v.pipe(v.string(), v.regex(/\S/, "value must be a non-blank string."));
const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const place = v.pipe(v.number(), v.integer(), v.minValue(0));
const anything = v.record(v.string(), v.unknown());
const description = v.nullish(v.pipe(v.string(), v.minLength(1)));

const field = v.strictTuple([
  v.literal("field"),
  id,
  v.nullable(v.strictObject({
    "base-type": v.optional(v.pipe(v.string(), v.startsWith("type/"))),
    "temporal-unit": v.optional(v.picklist(["day", "week", "month", "quarter", "year"])),
  })),
]);

/** MBQL 4, as far as it is of use here. */
const query = v.strictObject({
  database: id,
  type: v.literal("query"),
  query: v.strictObject({
    "source-table": id,
    aggregation: v.optional(v.array(v.strictTuple([v.picklist(["sum", "max"]), field]))),
    breakout: v.optional(v.array(field)),
  }),
});

const parameter = v.strictObject({
  id: name,
  type: v.picklist(["date/range", "date/all-options", "number/=", "string/=", "category"]),
  name: v.optional(v.string()),
  slug: v.optional(v.string()),
  sectionId: v.optional(v.pipe(v.string(), v.minLength(1))),
  default: v.optional(v.unknown()),
});

const mapping = v.strictObject({
  parameter_id: name,
  card_id: v.optional(id),
  target: v.union([
    v.strictTuple([v.literal("dimension"), field]),
    v.strictTuple([v.literal("dimension"), field, v.strictObject({ "stage-number": place })]),
  ]),
});

const dashcard = v.strictObject({
  id: v.pipe(v.number(), v.integer()),
  size_x: id,
  size_y: id,
  row: place,
  col: place,
  card_id: v.nullish(id),
  action_id: v.nullish(id),
  dashboard_tab_id: v.nullish(v.pipe(v.number(), v.integer())),
  parameter_mappings: v.nullish(v.array(mapping)),
  visualization_settings: v.nullish(anything),
  inline_parameters: v.nullish(v.array(name)),
  series: v.nullish(v.array(v.strictObject({ id }))),
});

const details = v.strictObject({
  host: name,
  port: id,
  dbname: name,
  user: name,
  password: v.string(),
  "additional-options": v.optional(v.string()),
});

const card = {
  name,
  type: v.nullish(v.picklist(["question", "model", "metric"])),
  description,
  display: name,
  dataset_query: query,
  visualization_settings: anything,
};

/** What each request takes. */
export const BODIES = {
  session: v.strictObject({ username: name, password: name }),
  setup: v.strictObject({
    token: name,
    user: v.strictObject({
      email: v.pipe(v.string(), v.email("value must be a valid email address.")),
      password: v.pipe(
        v.string(),
        v.minLength(6, "password is too common."),
        v.notValues(["password", "123456"], "password is too common."),
      ),
      first_name: v.nullish(name),
      last_name: v.nullish(name),
    }),
    prefs: v.strictObject({
      site_name: name,
      site_locale: v.nullish(v.string()),
      allow_tracking: v.nullish(v.boolean()),
    }),
  }),
  database: v.strictObject({ name, engine: name, details }),
  nothing: v.strictObject({}),
  field: v.strictObject({
    has_field_values: v.optional(v.picklist(["none", "auto-list", "list", "search"])),
  }),
  collection: v.strictObject({ name, description, parent_id: v.nullish(id) }),
  collectionChange: v.partial(
    v.strictObject({ name, description, parent_id: v.nullish(id), archived: v.boolean() }),
  ),
  newCard: v.strictObject({ ...card, collection_id: v.nullish(id) }),
  card: v.partial(v.strictObject({ ...card, collection_id: v.nullish(id), archived: v.boolean() })),
  newDashboard: v.strictObject({
    name,
    description,
    collection_id: v.nullish(id),
    parameters: v.nullish(v.array(parameter)),
  }),
  dashboard: v.strictObject({
    name: v.optional(name),
    description,
    parameters: v.optional(v.array(parameter)),
    dashcards: v.optional(v.array(dashcard)),
    tabs: v.optional(v.array(v.strictObject({ id: v.pipe(v.number(), v.integer()), name }))),
    archived: v.optional(v.boolean()),
  }),
};

export type Query = v.InferOutput<typeof query>;
export type Parameter = v.InferOutput<typeof parameter>;
export type Dashcard = v.InferOutput<typeof dashcard>;
export type Mapping = v.InferOutput<typeof mapping>;
export type Details = v.InferOutput<typeof details>;
export type NewCard = v.InferOutput<typeof BODIES.newCard>;
export type Body<T extends keyof typeof BODIES> = v.InferOutput<(typeof BODIES)[T]>;

/** Checks a body. @returns it, or what is wrong in it, by field, nested as Metabase does */
export function checked<T extends keyof typeof BODIES>(
  which: T,
  value: unknown,
): { body: Body<T> } | { errors: unknown } {
  const result = v.safeParse(BODIES[which], value);
  if (result.success) return { body: result.output as Body<T> };
  const errors: Record<string, unknown> = {};
  for (const { path, message } of result.issues) {
    const keys = path?.map(({ key }) => String(key)) ?? ["_error"];
    let at = errors;
    for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
    at[keys.at(-1)!] = message;
  }
  return { errors };
}
