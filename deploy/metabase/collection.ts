/** The collection, with the model and the charts in it. */
import type { Answer, Metabase } from "./client.ts";
import { idOf, listOf, objectOf } from "./client.ts";
import type { Card } from "./contents.ts";
import { NAME } from "./contents.ts";
import type { Surroundings } from "./surroundings.ts";
import { covers, oldest } from "./surroundings.ts";

/** https://www.metabase.com/docs/v0.56/api#tag/apicollection */
export async function collectionOf(metabase: Metabase, { say }: Surroundings): Promise<number> {
  const path = "/api/collection";
  const aim = `look for the collection ${NAME}`;
  const all = listOf(await metabase.get(path, aim), path, aim);
  // The root's id is a text; people's own collections have an owner.
  const present = oldest(
    all.filter((one) =>
      one.name === NAME && one.location === "/" && typeof one.id === "number" &&
      (one.personal_owner_id ?? null) === null && one.archived !== true
    ),
  );
  if (present !== undefined) {
    say(`Collection ${NAME}: there`);
    return idOf(present, path, aim);
  }
  const making = `make the collection ${NAME}`;
  const description = "The mart of finpipe.";
  const made = await metabase.post(path, { name: NAME, description }, making);
  say(`Collection ${NAME}: made`);
  return idOf(made, path, making);
}

/** What is in it, without what is in the trash. */
export async function itemsOf(metabase: Metabase, collection: number): Promise<Answer[]> {
  // A model is called a dataset here.
  const path = `/api/collection/${collection}/items?models=card&models=dataset&models=dashboard`;
  const aim = `look into the collection ${NAME}`;
  return listOf(await metabase.get(path, aim), path, aim);
}

/** Makes a chart or the model, or puts it back as it should be. https://www.metabase.com/docs/v0.56/api#tag/apicard */
export async function keepCard(
  metabase: Metabase,
  collection: number,
  items: readonly Answer[],
  card: Card,
  { say }: Surroundings,
): Promise<number> {
  const [kind, model] = card.type === "model" ? ["Model", "dataset"] : ["Chart", "card"];
  const named = `${kind} "${card.name}"`;
  const title = `the ${named.charAt(0).toLowerCase()}${named.slice(1)}`;
  const present = oldest(items.filter((item) => item.name === card.name && item.model === model));
  if (present === undefined) {
    const aim = `make ${title}`;
    const made = await metabase.post("/api/card", { ...card, collection_id: collection }, aim);
    say(`${named}: made`);
    return idOf(made, "/api/card", aim);
  }
  const id = idOf(present, "/api/collection", `look for ${title}`);
  const path = `/api/card/${id}`;
  const now = objectOf(await metabase.get(path, `look at ${title}`), path, `look at ${title}`);
  if (covers(now, card)) {
    say(`${named}: there`);
  } else {
    await metabase.put(path, card, `change ${title}`);
    say(`${named}: put back as it should be`);
  }
  return id;
}
