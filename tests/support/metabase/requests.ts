/** The requests that a stand-in answers. Each is in the documents of Metabase 0.56: /api/docs there. */
import { type BODIES, type Body, checked, type Dashcard } from "./bodies.ts";
import type { Made } from "./stand_in.ts";
import { type Dashboard, Refused, type SeenField, type State } from "./state.ts";

/** A request: its path with `:id` for a number, what its query may have, and its body. */
interface Route<T extends keyof typeof BODIES = keyof typeof BODIES> {
  method: string;
  path: string;
  /** Without a session, too. */
  open?: true;
  query?: readonly string[];
  body?: T;
  answer(id: number, body: never, query: URLSearchParams): unknown;
}

/** Settings by which each request's body has its type. */
function route<T extends keyof typeof BODIES>(
  method: string,
  path: string,
  body: T,
  answer: (id: number, body: Body<T>, query: URLSearchParams) => unknown,
  more: { open?: true } = {},
): Route {
  return { method, path, body, answer, ...more };
}

function question(
  path: string,
  answer: (id: number, body: never, query: URLSearchParams) => unknown,
  more: { open?: true; query?: readonly string[] } = {},
): Route {
  return { method: "GET", path, answer, ...more };
}

const NOT_FOUND = "Not found.";

export class Requests {
  readonly #token = crypto.randomUUID();
  readonly #routes: readonly Route[];
  #unseen: number;
  #session = "";

  constructor(private readonly state: State, private readonly made: Made) {
    this.#unseen = made.unseen ?? 0;
    this.#routes = [...this.#people(), ...this.#warehouse(), ...this.#content()];
  }

  /** @throws Refused where Metabase would refuse it, and where it is not as documented */
  answer(method: string, path: string, headers: Headers, text: string): unknown {
    const [pathname, search] = path.split("?");
    const matching = this.#routes.filter((one) => idIn(one.path, pathname!) !== undefined);
    const found = matching.find((one) => one.method === method);
    if (found === undefined) throw new Refused(404, "API endpoint does not exist.");
    if (found.open === undefined) {
      this.#session = headers.get("X-Metabase-Session") ?? "";
      if (!this.state.sessions.has(this.#session)) throw new Refused(401, "Unauthenticated");
    }
    const query = new URLSearchParams(search);
    for (const key of query.keys()) {
      if (!found.query?.includes(key)) throw new Refused(400, { errors: { [key]: "unknown" } });
    }
    let body;
    if (found.body === undefined) {
      if (text !== "") throw new Refused(400, { errors: { _error: "no body is documented" } });
    } else {
      if (headers.get("Content-Type") !== "application/json") throw new Refused(415, "No JSON");
      const result = checked(found.body, JSON.parse(text));
      if ("errors" in result) throw new Refused(400, result);
      body = result.body;
    }
    return found.answer(idIn(found.path, pathname!)!, body as never, query);
  }

  #people(): Route[] {
    const { state } = this;
    const begin = (email: string) => {
      const id = crypto.randomUUID();
      state.sessions.set(id, email);
      return { id };
    };
    return [
      question("/api/session/properties", () => ({
        "has-user-setup": state.users.length > 0,
        "setup-token": state.users.length > 0 ? null : this.#token,
        engines: Object.fromEntries(
          (this.made.engines ?? ["postgres", "vertica"]).map((n) => [n, {}]),
        ),
        version: { tag: "v0.56.19" },
      }), { open: true }),
      route("POST", "/api/setup", "setup", (_, { token, user: { email, password } }) => {
        if (state.users.length > 0) {
          const message =
            "The /api/setup route can only be used to create the first user, however " +
            "a user currently exists.";
          throw new Refused(403, message);
        }
        if (token !== this.#token) {
          throw new Refused(400, { errors: { token: "Token does not match the setup token." } });
        }
        state.users.push({ email, password, is_superuser: true });
        return begin(email);
      }, { open: true }),
      route("POST", "/api/session", "session", (_, { username, password }) => {
        if (!state.users.some((user) => user.email === username && user.password === password)) {
          throw new Refused(401, { errors: { password: "did not match stored password" } });
        }
        return begin(username);
      }, { open: true }),
      question("/api/user/current", () => {
        const { email, is_superuser } = state.users.find(({ email }) =>
          email === state.sessions.get(this.#session)
        )!;
        return { email, is_superuser };
      }),
    ];
  }

  #warehouse(): Route[] {
    const { state, made } = this;
    return [
      question("/api/database", () => {
        const data = state.connections.map(({ details, ...rest }) => ({
          ...rest,
          details: { ...details, password: "**MetabasePass**" },
        }));
        return { data, total: data.length };
      }),
      route("POST", "/api/database", "database", (_, { name, engine, details }) => {
        this.#onlyAdministrators();
        if (!(made.engines ?? ["vertica"]).includes(engine)) {
          throw new Refused(400, { errors: { engine: "value must be a valid database engine." } });
        }
        for (const [key, value] of Object.entries(made.vertica)) {
          if (details[key as keyof typeof made.vertica] === value) continue;
          throw new Refused(400, {
            message: `Could not connect as ${details.user} with "${details.password}"`,
            errors: { [key]: `check your ${key}` },
          });
        }
        const id = state.next();
        state.connections.push({ id, name, engine, details });
        return { id, name, engine };
      }),
      {
        method: "DELETE",
        path: "/api/database/:id",
        answer: (id) => {
          this.#onlyAdministrators();
          state.connections.splice(state.connections.indexOf(found(state.connections, id)), 1);
          return "";
        },
      },
      // It answers 200 whatever comes of it.
      question("/api/database/:id/healthcheck", (id) => {
        const { details } = found(state.connections, id);
        const wrong = Object.entries(made.vertica).find(([key, value]) =>
          details[key as keyof typeof made.vertica] !== value
        );
        if (wrong === undefined) return { status: "ok" };
        const errors = { [wrong[0]]: `check your ${wrong[0]}` };
        return { status: "error", message: "Looks like it is incorrect.", errors };
      }),
      route("POST", "/api/database/:id/sync_schema", "nothing", (id) => {
        found(state.connections, id);
        return { status: "ok" };
      }),
      question("/api/database/:id/metadata", (id) => {
        const { name } = found(state.connections, id);
        if (this.#unseen-- <= 0) state.see(id, made.tables);
        return { id, name, tables: state.tables.filter(({ db_id }) => db_id === id) };
      }, { query: ["include_hidden", "remove_inactive", "skip_fields"] }),
      question("/api/field/:id", (id) => this.#field(id)),
      route("PUT", "/api/field/:id", "field", (id, changes) => {
        Object.assign(this.#field(id), changes);
        return this.#field(id);
      }),
    ];
  }

  #content(): Route[] {
    const { state } = this;
    return [
      question("/api/collection", () => [
        { id: "root", name: "Our analytics" },
        ...state.collections.filter(({ archived }) => !archived),
      ]),
      route("POST", "/api/collection", "collection", (_, { name, description, parent_id }) => {
        const location = (parent_id ?? null) === null
          ? "/"
          : `${found(state.collections, parent_id!).location}${parent_id}/`;
        const id = state.next();
        const made = { id, name, description: description ?? null, location, archived: false };
        state.collections.push(made);
        return made;
      }),
      route(
        "PUT",
        "/api/collection/:id",
        "collectionChange",
        (id, changes) => Object.assign(found(state.collections, id), changes),
      ),
      question("/api/collection/:id/items", (id, _, query) => {
        found(state.collections, id);
        const models = query.getAll("models");
        const inIt = <T extends { collection_id?: number | null | undefined; archived: boolean }>(
          all: T[],
        ) => all.filter((one) => one.collection_id === id && !one.archived);
        const data = [
          ...inIt(state.cards).map(({ id, name, description, type }) => ({
            id,
            name,
            description,
            model: type === "model" ? "dataset" : "card",
          })),
          ...inIt(state.dashboards).map(({ id, name, description }) => ({
            id,
            name,
            description,
            model: "dashboard",
          })),
        ].filter(({ model }) => models.length === 0 || models.includes(model));
        return { data, total: data.length };
      }, { query: ["models", "archived", "pinned_state"] }),
      question("/api/card/:id", (id) => found(state.cards, id)),
      route("POST", "/api/card", "newCard", (_, card) => {
        state.checkQuery(card.dataset_query);
        state.checkChart(card);
        if ((card.collection_id ?? null) !== null) found(state.collections, card.collection_id!);
        const made = { ...card, id: state.next(), archived: false };
        state.cards.push(made);
        return made;
      }),
      route("PUT", "/api/card/:id", "card", (id, changes) => {
        const next = { ...found(state.cards, id), ...changes } as (typeof state.cards)[number];
        state.checkQuery(next.dataset_query);
        state.checkChart(next);
        return Object.assign(found(state.cards, id), changes);
      }),
      route("POST", "/api/dashboard", "newDashboard", (_, body) => {
        if ((body.collection_id ?? null) !== null) found(state.collections, body.collection_id!);
        const made: Dashboard = {
          id: state.next(),
          name: body.name,
          description: body.description ?? null,
          collection_id: body.collection_id ?? null,
          archived: false,
          parameters: body.parameters ?? [],
          dashcards: [],
          tabs: [],
        };
        state.dashboards.push(made);
        return made;
      }),
      question("/api/dashboard/:id", (id) => this.#shown(found(state.dashboards, id))),
      route("PUT", "/api/dashboard/:id", "dashboard", (id, body) => {
        this.#change(found(state.dashboards, id), body);
        return this.#shown(found(state.dashboards, id));
      }),
    ];
  }

  #field(id: number): SeenField {
    return found(this.state.tables.flatMap(({ fields }) => fields), id);
  }

  #onlyAdministrators(): void {
    const email = this.state.sessions.get(this.#session);
    const user = this.state.users.find((one) => one.email === email);
    if (user?.is_superuser !== true) {
      throw new Refused(403, "You don't have permissions to do that.");
    }
  }

  /** What GET answers of a dashboard: its places have their charts in them. */
  #shown(dashboard: Dashboard): unknown {
    const dashcards = dashboard.dashcards.map((place) => ({
      ...place,
      dashboard_id: dashboard.id,
      created_at: "2022-10-02T00:00:00Z",
      series: (place.series ?? []).map(({ id }) => found(this.state.cards, id)),
      card: (place.card_id ?? null) === null ? null : found(this.state.cards, place.card_id!),
    }));
    return { ...dashboard, dashcards };
  }

  /** As PUT does: dashcards and tabs are the whole of what there is then. */
  #change(dashboard: Dashboard, { dashcards, tabs, ...changes }: Body<"dashboard">): void {
    const next = { ...dashboard, ...changes } as Dashboard;
    if (dashcards !== undefined) {
      const ids = dashcards.map(({ id }) => id);
      if (new Set(ids).size < ids.length) throw new Refused(400, "ids are not unique");
      next.tabs = (tabs ?? []).map(({ id, name }) => ({
        id: id < 0 ? this.state.next() : id,
        name,
      }));
      next.dashcards = dashcards.map((place) => this.#placed(place, next, dashboard));
    }
    Object.assign(dashboard, next);
  }

  #placed(place: Dashcard, next: Dashboard, before: Dashboard): Dashcard {
    const { id, card_id: card, dashboard_tab_id: tab } = place;
    if (id > 0) found(before.dashcards, id);
    if ((card ?? null) !== null && found(this.state.cards, card!).archived) {
      throw new Refused(404, "The object has been archived.");
    }
    if (next.tabs.length > 0 && !next.tabs.some((one) => one.id === tab)) {
      throw new Refused(400, "This dashboard has tab, makes sure every card has a tab");
    }
    for (const mapping of place.parameter_mappings ?? []) {
      this.state.checkMapping(mapping, place, next.parameters);
    }
    return { ...place, id: id < 0 ? this.state.next() : id };
  }
}

/** @throws Refused with 404 */
function found<T extends { id: number }>(all: readonly T[], id: number): T {
  const one = all.find((each) => each.id === id);
  if (one === undefined) throw new Refused(404, NOT_FOUND);
  return one;
}

/** The number in a path; 0 where its route has none; undefined where it is another path. */
function idIn(route: string, pathname: string): number | undefined {
  const match = new RegExp(`^${route.replace(":id", "([1-9]\\d*)")}$`).exec(pathname);
  return match === null ? undefined : Number(match[1] ?? 0);
}
