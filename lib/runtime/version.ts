/** The version of finpipe, from deno.json. */
import config from "../../deno.json" with { type: "json" };

/** As `--version` prints it. */
export const VERSION: string = config.version;

/** As finpipe signs what it writes: manifests, `load_src`. */
export const SIGNATURE = `finpipe ${VERSION}`;
