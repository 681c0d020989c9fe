/** How a session compares texts. */
import coreLocale from "../../../sql/warehouse/vertica/core_locale.sql" with { type: "text" };
import { templatesOf } from "../../sql/template.ts";
import type { VerticaScope } from "./scope.ts";

const LOCALE = templatesOf(coreLocale);

/**
 * Has the session compare texts by their bytes from here on: by the database's own locale texts that
 * differ in case could be the same. Not in a transaction.
 */
export function compareByBytes(scope: VerticaScope): Promise<void> {
  return scope.commit(LOCALE);
}
