import assert from "node:assert/strict";
import { logFormat, logLevel } from "../../lib/config/logging.ts";
import { Problems } from "../../lib/config/problems.ts";
import { isKind } from "../../lib/runtime/errors.ts";

function source(env: Record<string, string>, flags: Record<string, unknown> = {}) {
  return { env: (name: string) => env[name], flags };
}

const none = new Problems();

Deno.test("the log's level: flag, then variable, then info", () => {
  assert.equal(logLevel(source({}), none), "info");
  assert.equal(logLevel(source({ FINPIPE_LOG_LEVEL: "" }), none), "info");
  assert.equal(logLevel(source({ FINPIPE_LOG_LEVEL: "warn" }), none), "warn");
  assert.equal(
    logLevel(source({ FINPIPE_LOG_LEVEL: "nonsense" }, { logLevel: "debug" }), none),
    "debug",
  );
});

Deno.test("the log's format: flag, then variable, then what the terminal asks for", () => {
  assert.equal(logFormat(source({}), true, none), "text");
  assert.equal(logFormat(source({}), false, none), "json");
  assert.equal(logFormat(source({ FINPIPE_LOG_FORMAT: "auto" }), true, none), "text");
  assert.equal(logFormat(source({ FINPIPE_LOG_FORMAT: "json" }), true, none), "json");
  assert.equal(
    logFormat(source({ FINPIPE_LOG_FORMAT: "json" }, { logFormat: "text" }), false, none),
    "text",
  );
});

Deno.test("impossible values are told together, each with its source and the choices", () => {
  const problems = new Problems();
  const given = source({ FINPIPE_LOG_LEVEL: "loud" }, { logFormat: "xml" });
  assert.equal(logLevel(given, problems), "info");
  assert.equal(logFormat(given, true, problems), "text");
  assert.throws(
    () => problems.throwIfAny(),
    (error) =>
      isKind(error, "configuration") &&
      error.message ===
        `Cannot use the settings: 2 problems
  FINPIPE_LOG_LEVEL: it is "loud"
    Set it to one of debug, info, warn, error
  --log-format: it is "xml"
    Set it to one of auto, text, json`,
  );
});
