/** The engine half of Vertica's test server, as the wire half and tests see it. */
export { type EngineOptions, openVerticaEngine, type VerticaEngine } from "./engine.ts";
export type { EngineSwitches } from "./state.ts";
