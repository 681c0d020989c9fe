/** The collection, with the model and the charts in it. */
import type { Answer, Metabase } from "./client.ts";
import { idOf, listOf, objectOf } from "./client.ts";
import type { Kept } from "./contents.ts";
import { NAME } from "./contents.ts";
import { marked, once, ours } from "./once.ts";
import type { Surroundings } from "./surroundings.ts";
import { covers } from "./surroundings.ts";

/** https://www.metabase.com/docs/v0.56/api#tag/apicollection */
export async function collectionOf(metabase: Metabase, { say }: Surroundings): Promise<number> {
  const path = "/api/collection";
  const aim = `look for the collection ${NAME}`;
  let present: Answer | undefined;
  const look = async () => {
    const all = listOf(await metabase.get(path, aim), path, aim);
    // The root's id is a text; people's own collections have an owner.
    const shared = all.filter((one) =>
      typeof one.id === "number" && (one.personal_owner_id ?? null) === null &&
      one.archived !== true
    );
    // In another collection people may have one of the name, too.
    const isNamed = ({ name, location }: Answer) => name === NAME && location === "/";
    return present = ours(shared, "collection", isNamed);
  };
  const description = "The mart of finpipe.";
  const making = `make the collection ${NAME}`;
  const { id, isNew } = await once({
    look,
    make: async () =>
      idOf(await metabase.post(path, { name: NAME, description }, making), path, making),
    takeBack: (id) => metabase.put(`${path}/${id}`, { archived: true }, `${making} once`),
    idOf: (found) => idOf(found, path, aim),
  });
  const now = isNew ? description : String(present?.description ?? "");
  if (marked(now, "collection", id) !== now) {
    await metabase.put(
      `${path}/${id}`,
      { description: marked(now, "collection", id) },
      `mark the collection ${NAME}`,
    );
  }
  say(`Collection ${NAME}: ${isNew ? "made" : there(present?.name, NAME)}`);
  return id;
}

/** What is said of something that is there, perhaps by another name. */
export function there(name: unknown, ours: string): string {
  return name === undefined || name === ours ? "there" : `there, as "${String(name)}"`;
}

/** What is in it, without what is in the trash. */
export async function itemsOf(metabase: Metabase, collection: number): Promise<Answer[]> {
  // A model is called a dataset here.
  const path = `/api/collection/${collection}/items?models=card&models=dataset&models=dashboard`;
  const aim = `look into the collection ${NAME}`;
  return listOf(await metabase.get(path, aim), path, aim);
}

/**
 * Makes a chart or the model, or puts it back as it should be, but for a name that people gave it.
 * https://www.metabase.com/docs/v0.56/api#tag/apicard
 */
export async function keepCard(
  metabase: Metabase,
  collection: number,
  { key, card }: Kept,
  { say }: Surroundings,
): Promise<number> {
  const [kind, model] = card.type === "model" ? ["Model", "dataset"] : ["Chart", "card"];
  const named = `${kind} "${card.name}"`;
  const title = `the ${named.charAt(0).toLowerCase()}${named.slice(1)}`;
  const making = `make ${title}`;
  const { id, isNew } = await once({
    look: async () => {
      const items = await itemsOf(metabase, collection);
      return ours(items.filter((one) => one.model === model), key, (one) => one.name === card.name);
    },
    make: async () => {
      const body = { ...card, collection_id: collection };
      return idOf(await metabase.post("/api/card", body, making), "/api/card", making);
    },
    takeBack: (id) => metabase.put(`/api/card/${id}`, { archived: true }, `${making} once`),
    idOf: (found) => idOf(found, "/api/collection", `look for ${title}`),
  });
  const path = `/api/card/${id}`;
  const description = marked(card.description, key, id);
  if (isNew) {
    await metabase.put(path, { description }, `mark ${title}`);
    say(`${named}: made`);
    return id;
  }
  const now = objectOf(await metabase.get(path, `look at ${title}`), path, `look at ${title}`);
  const { name: _, ...rest } = card;
  const wanted = { ...rest, description };
  if (covers(now, wanted)) {
    say(`${named}: ${there(now.name, card.name)}`);
  } else {
    await metabase.put(path, wanted, `change ${title}`);
    say(`${named}: put back as it should be`);
  }
  return id;
}
