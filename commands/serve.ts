/** `finpipe serve`: the page of the mart, live. */
import { openEngine } from "../lib/engine/engine.ts";
import { orAborted } from "../lib/runtime/aborted.ts";
import { Interrupted } from "../lib/runtime/errors.ts";
import { serveMart } from "../lib/looking/serve_mart.ts";
import { countedValuesOf } from "../lib/steps/cdm.ts";
import { type NamedStep, prepareSteps } from "../lib/steps/step.ts";
import type { CommandDefinition } from "./command.ts";
import { notEmpty, printResult, wholeNumber, withRetryFor } from "./options.ts";

const PORT = 8080;
const HOST = "127.0.0.1";

/** The command that shows these steps beside the mart. */
export function serveCommand(steps: readonly NamedStep[]): CommandDefinition {
  return {
    configure(command) {
      command
        .description(
          "Serves the page of the mart, live: what changes is shown without a reload, at most a " +
            "minute later while somebody looks. Also /api/metrics.json?from=&to=, the rows as " +
            "'finpipe report --format json' prints them, and /healthz. On this machine alone unless " +
            "--host says otherwise, as there is no login. /status shows the steps of each date, as " +
            "'finpipe status' does, if staging is configured, too. If the warehouse is away, or refuses a " +
            "password that was changed, the page shows what it had and says so; it is asked again " +
            "once a minute while somebody looks, so --retry-for is 0s here. Where logins that fail " +
            "lock the account, stop 'finpipe serve' before you change the password. On the embedded " +
            "engine other commands wait, up to 10 s, while it reads.",
        )
        .option("--port <port>", `(default: ${PORT})`, wholeNumber(0, 65_535))
        .option("--host <address>", `the address to listen on (default: ${HOST})`, notEmpty);
    },

    examples: [
      ["finpipe serve", `shows the mart on http://localhost:${PORT}/ until it is told to stop`],
      ["finpipe serve --port 9000", "on another port"],
    ],

    async run(context, _args, { port, host }) {
      const { io, log, config } = context;
      // A question a minute is retry enough, and the page says that the warehouse is away.
      const asking = withRetryFor(context, "0s");
      let isFirst = true;
      const openBoth = () =>
        openEngine({
          ...asking,
          log: { ...log, info: () => {}, warn: () => {} },
        }, {
          staging: true,
          warehouse: true,
          reads: true,
          command: "serve",
        });
      const open = () => {
        const quiet = isFirst ? log : { ...log, level: log.level, info: () => {}, warn: () => {} };
        isFirst = false;
        return openEngine({ ...asking, log: quiet }, {
          warehouse: true,
          reads: true,
          command: "serve",
        });
      };
      const ready = prepareSteps(steps, config);
      await using served = await serveMart({
        open,
        status: { open: openBoth, steps: ready },
        counted: countedValuesOf(config),
        now: io.now,
        log,
        port: typeof port === "number" ? port : PORT,
        hostname: typeof host === "string" ? host : HOST,
      });
      await printResult(context, { url: served.url, host: served.host, port: served.port }, [
        `Serving the mart on ${served.url}`,
      ]);
      try {
        await orAborted(new Promise<never>(() => {}), io.signal);
      } catch (error) {
        // To be told to stop is the only end that it has.
        if (!(error instanceof Interrupted)) throw error;
      }
    },
  };
}
