/** The licenses of finpipe and of what it holds. `deno task licenses` writes third_party.json. */
import own from "../../LICENSE" with { type: "text" };
import { VERSION } from "../runtime/version.ts";
import thirdParty from "./third_party.json" with { type: "json" };

/** A part of finpipe that has a license. */
export interface License {
  name: string;
  version: string;
  /** An SPDX identifier. */
  license: string;
  /** All of it, with the names of those who hold the copyright. */
  text: string;
}

/** finpipe first, then what is not from npm, then packages by name. */
export const LICENSES: readonly License[] = [
  { name: "finpipe", version: VERSION, license: "MIT", text: own },
  ...thirdParty,
];
