/** `finpipe health`: asks a stream, or a page that is served, on this machine how it is. */
import { askHealth } from "../lib/runtime/ask_health.ts";
import type { CommandDefinition } from "./command.ts";
import { printResult, wholeNumber } from "./options.ts";

/** Of the examples of `stream --metrics-port`. */
const PORT = 9090;

const command: CommandDefinition = {
  configure(command) {
    command
      .description(
        "Asks a finpipe on this machine whether it is well, for health checks of containers and for " +
          "systemd: exit code 0 if it is, 1 if it says that it is not, and why, 69 if nobody answers " +
          "within 5 seconds. Needs no other program.",
      )
      .option(
        "--port <port>",
        `of a stream's metrics, or of 'finpipe serve' (default: ${PORT})`,
        wholeNumber(1, 65_535),
      )
      .option("--ready", "ask whether a stream has partitions and reaches its servers, too");
  },

  examples: [
    ["finpipe health", "is the stream with --metrics-port 9090 alive?"],
    ["finpipe health --ready", "does it land, too?"],
    ["finpipe health --port 8080", "of 'finpipe serve'"],
  ],

  async run(context, _args, { port, ready }) {
    const { io: { signal } } = context;
    const health = await askHealth({
      port: typeof port === "number" ? port : PORT,
      path: ready === true ? "/readyz" : "/healthz",
      signal,
    });
    await printResult(context, health, [health.text]);
    return health.ok ? 0 : 1;
  },
};

export default command;
