/** Reading the record of migrations. */
import * as v from "valibot";
import { integer } from "../sql/columns.ts";
import type { Breaks } from "./migration.ts";

const BREAKS: readonly Breaks[] = ["nothing", "writers", "readers"];

/** The columns of the record. One that an older finpipe made has none for what breaks. */
export const APPLIED = {
  version: integer,
  breaks: v.pipe(v.unknown(), v.transform((text) => BREAKS.find((breaks) => breaks === text))),
};
