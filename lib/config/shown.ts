/** Settings as they hold for a run, with where each came from, for people who look for a fault. */
import { CATALOGUE, mayBeFile, type SettingForm, variablesOf } from "./catalogue.ts";
import { MASK, maskedAddresses, maskedConnection } from "./masked.ts";
import { Problems } from "./problems.ts";
import { readSecret } from "./secrets.ts";
import { type ConfigSource, optionOf, variable } from "./source.ts";

/** Where a value came from. */
export type Origin =
  | "flag"
  | "variable"
  | "file"
  | "env file"
  | "airflow"
  | "default"
  /** Nothing says it, and there is no default. */
  | "unset";

export interface ShownSetting {
  name: string;
  /** Secrets are masked; null where nothing is set, or it cannot be read. */
  value: string | null;
  origin: Origin;
  /** The option, the variable, the file's variable and path, the line of an env file. */
  from: string | null;
  meaning: string;
  /** Why it cannot be used, as far as that is known without using it. */
  problem: string | null;
}

/**
 * All settings, in the order of the catalogue. Reads the files that hold secrets.
 *
 * @param defaults of the command, where it has others
 */
export function shownSettings(
  source: ConfigSource,
  defaults: Readonly<Record<string, string>> = {},
): Promise<ShownSetting[]> {
  return Promise.all(CATALOGUE.map(async (form) => {
    const { name, meaning } = form;
    const byDefault = defaults[name] ?? form.byDefault;
    const { value, origin, from, problem = null } = await readShown(source, form, byDefault);
    return { name, value, origin, from, meaning, problem };
  }));
}

type Read = Pick<ShownSetting, "value" | "origin" | "from"> & { problem?: string | null };

async function readShown(
  source: ConfigSource,
  form: SettingForm,
  byDefault: string | undefined,
): Promise<Read> {
  const given = form.flag === undefined ? undefined : source.flags[form.flag];
  if (typeof given === "string") {
    return { value: given, origin: "flag", from: optionOf(form.flag!) };
  }
  const variables = variablesOf(form);
  const set = variables.find((name) => variable(source, name) !== undefined);
  if (set !== undefined) {
    return { ...await valueOf(source, form, set), ...originOf(source, form, set) };
  }
  const empty = variables.find((name) => source.env(name) === "");
  if (empty !== undefined && form.url !== undefined) {
    return { value: "", ...originOf(source, form, empty), problem: "it is empty" };
  }
  if (byDefault !== undefined) return { value: byDefault, origin: "default", from: null };
  return { value: null, origin: "unset", from: null };
}

async function valueOf(
  source: ConfigSource,
  form: SettingForm,
  set: string,
): Promise<Pick<ShownSetting, "value" | "problem">> {
  const problems = Problems.beside(source.problems);
  const value = mayBeFile(form)
    ? (await readSecret(source, set.replace(/_FILE$/, ""), problems))?.value
    : variable(source, set);
  if (value === undefined) return { value: null, problem: problems.texts().join("; ") };
  return { value: maskedValue(value, form, set), problem: null };
}

function maskedValue(value: string, { holds, url }: SettingForm, set: string): string {
  if (holds === "secret") return MASK;
  if (url !== undefined) return maskedConnection(value, url.form, set.startsWith(url.airflow));
  return holds === "addresses" ? maskedAddresses(value) : value;
}

function originOf(
  source: ConfigSource,
  form: SettingForm,
  set: string,
): Pick<ShownSetting, "origin" | "from"> {
  const place = source.placeOf?.(set);
  const named = place === undefined ? set : `${set} (${place})`;
  if (mayBeFile(form) && set.endsWith("_FILE")) {
    return { origin: "file", from: `${named}: ${source.env(set)}` };
  }
  if (form.url !== undefined && set === form.url.airflow) return { origin: "airflow", from: named };
  if (place !== undefined) return { origin: "env file", from: named };
  return { origin: "variable", from: set };
}
