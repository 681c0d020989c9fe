/** The dashboard: the charts in their places, with the filters that move all of them. */
import type { Answer, Metabase } from "./client.ts";
import { idOf, isObject, listOf, objectOf } from "./client.ts";
import { itemsOf, there } from "./collection.ts";
import type { Tables } from "./contents.ts";
import { GRID, mappingsOf, NAME, parametersOf } from "./contents.ts";
import { marked, once, ours } from "./once.ts";
import type { Surroundings } from "./surroundings.ts";
import { covers } from "./surroundings.ts";

/** By which it is known whatever people name it. */
const KEY = "dashboard";
const DESCRIPTION = "The mart of finpipe, by currency over date.";

/** https://www.metabase.com/docs/v0.56/api#tag/apidashboard */
export async function dashboardOf(
  metabase: Metabase,
  collection: number,
  { say }: Surroundings,
): Promise<number> {
  const path = "/api/dashboard";
  const aim = `make the dashboard ${NAME}`;
  const { id, isNew } = await once({
    look: async () => {
      const items = await itemsOf(metabase, collection);
      return ours(
        items.filter(({ model }) => model === "dashboard"),
        KEY,
        ({ name }) => name === NAME,
      );
    },
    make: async () => {
      const body = { name: NAME, description: DESCRIPTION, collection_id: collection };
      return idOf(await metabase.post(path, body, aim), path, aim);
    },
    takeBack: (id) => metabase.put(`${path}/${id}`, { archived: true }, `${aim} once`),
    idOf: (found) => idOf(found, "/api/collection", aim),
  });
  if (isNew) say(`Dashboard ${NAME}: made`);
  return id;
}

/**
 * Gives a dashboard the two filters and the charts that it has not. PUT takes the whole of `dashcards` and
 * `tabs`: one that is not named is removed, one of a negative id is new.
 * https://www.metabase.com/docs/v0.56/api#tag/apidashboard/PUT/api/dashboard/{id}
 */
export async function keepDashboard(
  metabase: Metabase,
  dashboard: number,
  charts: readonly number[],
  tables: Tables,
  { say }: Surroundings,
): Promise<void> {
  const path = `/api/dashboard/${dashboard}`;
  const aim = `look at the dashboard ${NAME}`;
  const now = objectOf(await metabase.get(path, aim), path, aim);
  const present = listOf(now.dashcards, path, aim).map(placeOf);
  const tabs = Array.isArray(now.tabs) ? now.tabs.filter(isObject) : [];
  const kept = present.map((place) => {
    if (!charts.includes(place.card_id as number)) return place;
    const others = Array.isArray(place.parameter_mappings)
      ? place.parameter_mappings.filter(isObject)
      : [];
    const mappings = mappingsOf(place.card_id as number, tables, others);
    return { ...place, parameter_mappings: mappings };
  });
  const missing = charts.filter((id) => !present.some(({ card_id: card }) => card === id));
  // Where people placed cards of their own, ours come below them.
  const tab = tabs[0]?.id;
  const top = Math.max(
    0,
    ...present.map(({ row, size_y: height }) => Number(row) + Number(height)),
  );
  const added = missing.map((card, index) => {
    const nth = present.length === 0 ? charts.indexOf(card) : index;
    return {
      id: -1 - index,
      card_id: card,
      ...(tab === undefined ? {} : { dashboard_tab_id: tab }),
      row: top + Math.floor(nth / GRID.columns) * GRID.height,
      col: (nth % GRID.columns) * GRID.width,
      size_x: GRID.width,
      size_y: GRID.height,
      parameter_mappings: mappingsOf(card, tables, []),
      visualization_settings: {},
    };
  });
  const before = Array.isArray(now.parameters) ? now.parameters.filter(isObject) : [];
  const body = {
    description: marked(String(now.description ?? ""), KEY, dashboard),
    parameters: parametersOf(before),
    dashcards: [...kept, ...added],
    tabs: tabs.map(({ id, name }) => ({ id, name })),
  };
  if (
    added.length === 0 &&
    covers({ description: now.description, parameters: before, dashcards: present }, {
      description: body.description,
      parameters: body.parameters,
      dashcards: kept,
    })
  ) {
    say(`Dashboard ${NAME}: ${there(now.name, NAME)}, with its charts and filters`);
    return;
  }
  await metabase.put(path, body, `place the charts and filters of the dashboard ${NAME}`);
  say(`Dashboard ${NAME}: ${added.length} charts placed, filters set`);
}

/** What PUT takes of a place on the dashboard: what GET answers has more. */
const PLACE = [
  "id",
  "card_id",
  "action_id",
  "dashboard_tab_id",
  "row",
  "col",
  "size_x",
  "size_y",
  "parameter_mappings",
  "visualization_settings",
  "inline_parameters",
];

function placeOf(dashcard: Answer): Answer {
  const place: Answer = {};
  for (const key of PLACE) if (dashcard[key] !== undefined) place[key] = dashcard[key];
  if (Array.isArray(dashcard.series)) {
    place.series = dashcard.series.filter(isObject).map(({ id }) => ({ id }));
  }
  return place;
}
