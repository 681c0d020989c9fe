/** The warehouse on a server: version, clock, rights, schema and side tables. */
import type { Settings } from "../config/settings.ts";
import type { VerticaSettings } from "../config/vertica_settings.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { MissingRight, WarehouseFacts } from "../warehouse/inspection.ts";
import type { Checklist, Finding } from "./check.ts";
import { judgeClock } from "./clock.ts";
import type { DoctorDeps } from "./deps.ts";

/** Checks the server; if it cannot be reached, only that. */
export async function examineWarehouse(
  settings: Settings,
  { displayName, warning }: VerticaSettings,
  list: Checklist,
  deps: DoctorDeps,
): Promise<void> {
  const inspection = await list.look("warehouse: connection", async () => {
    const value = await deps.inspectWarehouse(settings);
    const detail = `connected to ${displayName}`;
    return warning === undefined ? { detail, value } : { detail, value, hint: warning };
  });
  if (inspection === undefined) return;
  await using server = inspection;
  const before = deps.now();
  const facts = await list.look("warehouse: version", async () => {
    const facts = await server.facts();
    return { detail: `${facts.version}, as "${facts.user}"`, value: facts };
  });
  if (facts === undefined) return;
  await list.look("warehouse: clock", () => judgeClock(facts, before, deps.now()));
  await list.look(
    "warehouse: rights",
    async () => judgeWarehouseRights(facts, await server.missingRights()),
  );
  const hasSchema = await list.look("warehouse: schema", async () => {
    await server.checkSchema();
    return { ...judgeWarehouseParts(await server.missingParts()), value: true };
  });
  if (hasSchema !== true) return;
  await list.look("warehouse: side tables", async () => judgeShapes(await server.differences()));
}

function judgeWarehouseRights(
  { user }: Pick<WarehouseFacts, "user">,
  missing: readonly MissingRight[],
): Finding<never> {
  if (missing.length === 0) {
    return { detail: `the user "${user}" has all the rights that finpipe needs` };
  }
  throw new FinpipeError(
    "configuration",
    `The user "${user}" lacks`,
    {
      list: missing.map(({ right }) => right),
      hint: `Have a DBA run: ${missing.map(({ grant }) => `${grant};`).join(" ")}`,
    },
  );
}

/** Judges what finpipe made and is missing now, or is not as it was. */
export function judgeWarehouseParts(missing: readonly string[]): Omit<Finding<never>, "value"> {
  if (missing.length === 0) return { detail: "matches this version of finpipe" };
  return {
    detail: `Parts that finpipe made are missing:\n${missing.join("\n")}`,
    hint: "Make them again, unless a DBA dropped them on purpose ('finpipe init --print-sql' has " +
      "the statements): without a key, nothing keeps a second row out; without the sort order, " +
      "the mart is slow",
  };
}

function judgeShapes(differences: readonly string[]): Finding<never> {
  if (differences.length === 0) return { detail: "can be swapped with their targets" };
  throw new FinpipeError(
    "configuration",
    "Side tables differ from their targets:",
    {
      list: differences,
      hint: "Somebody altered the target. The next load makes a side table like it; until then " +
        "nothing can be undone",
    },
  );
}
