/** Variables that are set, and that a run like the demo's ignores. */
import { LOG_LEVELS } from "../runtime/log.ts";
import { COUNTED_VARIABLES } from "./counted.ts";
import { LOG_FORMATS } from "./logging.ts";
import { SCHEMA_VARIABLES } from "./schemas.ts";
import { variable } from "./source.ts";

const CHOICES: readonly [name: string, choices: readonly string[]][] = [
  ["FINPIPE_LOG_LEVEL", LOG_LEVELS],
  ["FINPIPE_LOG_FORMAT", LOG_FORMATS],
];

/**
 * The variables under which a later run would not find what the demo made on the embedded engine,
 * or would build a different mart: other names of schemas, other values that are counted, and
 * values that no run accepts.
 */
export function strayVariables(env: (name: string) => string | undefined): string[] {
  const source = { env, flags: {} };
  const unusable = CHOICES.filter(([name, choices]) => {
    const value = variable(source, name);
    return value !== undefined && !choices.includes(value);
  });
  return [
    ...[...SCHEMA_VARIABLES, ...COUNTED_VARIABLES].filter((name) =>
      variable(source, name) !== undefined
    ),
    ...unusable.map(([name]) => name),
  ];
}
