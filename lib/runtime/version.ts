/** What this finpipe is: its version, from deno.json, and what its build wrote into build.json. */
import config from "../../deno.json" with { type: "json" };
import build from "./build.json" with { type: "json" };

/** As `--version` prints it. */
export const VERSION: string = config.version;

/** As finpipe signs what it writes: manifests, `load_src`. */
export const SIGNATURE = `finpipe ${VERSION}`;

/** What a build knows, and the source does not: `tools/build/` writes it. */
export const BUILD: {
  /** The commit that was built; null if nothing was built, or not from a clone. */
  readonly commit: string | null;
  /** Whether finpipe was packed into one file, which people call by the name `finpipe`. */
  readonly packed: boolean;
} = build;
