import assert from "node:assert/strict";
import { logFormat, logLevel } from "../../lib/runtime/config/logging.ts";
import { isKind } from "../../lib/runtime/errors.ts";

function source(env: Record<string, string>, flags: Record<string, unknown> = {}) {
  return { env: (name: string) => env[name], flags };
}

Deno.test("the log's level: flag, then variable, then info", () => {
  assert.equal(logLevel(source({})), "info");
  assert.equal(logLevel(source({ FINPIPE_LOG_LEVEL: "" })), "info");
  assert.equal(logLevel(source({ FINPIPE_LOG_LEVEL: "warn" })), "warn");
  assert.equal(logLevel(source({ FINPIPE_LOG_LEVEL: "nonsense" }, { logLevel: "debug" })), "debug");
});

Deno.test("the log's format: flag, then variable, then what the terminal asks for", () => {
  assert.equal(logFormat(source({}), true), "text");
  assert.equal(logFormat(source({}), false), "json");
  assert.equal(logFormat(source({ FINPIPE_LOG_FORMAT: "auto" }), true), "text");
  assert.equal(logFormat(source({ FINPIPE_LOG_FORMAT: "json" }), true), "json");
  assert.equal(
    logFormat(source({ FINPIPE_LOG_FORMAT: "json" }, { logFormat: "text" }), false),
    "text",
  );
});

Deno.test("an impossible value is a configuration error that names its source and the choices", () => {
  assert.throws(
    () => logLevel(source({ FINPIPE_LOG_LEVEL: "loud" })),
    (error) =>
      isKind(error, "configuration") &&
      error.message === 'Cannot use FINPIPE_LOG_LEVEL: it is "loud"' &&
      error.hint === "Set it to one of debug, info, warn, error",
  );
  assert.throws(
    () => logFormat(source({}, { logFormat: "xml" }), true),
    (error) => isKind(error, "configuration") && error.message.includes("--log-format"),
  );
});
