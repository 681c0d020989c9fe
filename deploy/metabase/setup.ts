/**
 * Sets up a Metabase for finpipe's mart, over its REST API: the administrator where it is new, the connection
 * to Vertica, a model over all transactions, four charts, and a dashboard with filters for dates and currency.
 *
 * TypeScript for Deno, as all of finpipe, with no dependency: what a shell would do with curl and jq
 * (quotes in passwords, lists of objects, answers that break off) is in types and tests here, a secret never is
 * an argument of a program, and the image is the one that deploy/Dockerfile builds with. compose.yaml runs it
 * as the service metabase-setup; from a clone:
 *
 *   export METABASE_EMAIL=you@example.com METABASE_PASSWORD_FILE=secrets/metabase_password
 *   export METABASE_VERTICA_URL_FILE=secrets/metabase_vertica_url
 *   npx -y deno@2.9.6 run --no-prompt --allow-net --allow-env --allow-read deploy/metabase/setup.ts
 *
 * Run again, it makes nothing twice. docs/looking.md tells what it leaves alone. Exit codes: 0 all is there, 3 a
 * setting is wrong, 69 Metabase does not answer, 1 Metabase refused something.
 */
import { Metabase } from "./client.ts";
import { EXIT_CODES, Failure } from "./failure.ts";
import { provision } from "./provision.ts";
import { settingsOf } from "./settings.ts";

const encoder = new TextEncoder();

/** Runs it, and answers the exit code. */
async function main(): Promise<number> {
  try {
    const settings = await settingsOf({
      variable: (name) => Deno.env.get(name),
      file: (path) => Deno.readTextFile(path),
    });
    const metabase = new Metabase(settings.url, [settings.password, settings.vertica.password]);
    await provision(metabase, {
      settings,
      say: (line) => Deno.stdout.writeSync(encoder.encode(`${line}\n`)),
      now: () => performance.now(),
      sleep: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
    });
    return 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    Deno.stderr.writeSync(encoder.encode(`${error.message}\n  ${error.hint}\n`));
    return EXIT_CODES[error.kind];
  }
}

Deno.exit(await main());
