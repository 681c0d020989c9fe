/**
 * Has kafkajs hand on the records of a fetch as they came, for `records/` to read.
 *
 * kafkajs 2.2.4 reads them itself, and wrongly: it filters aborted transactions by a rule of its own
 * (consumer/filterAbortedMessages.js), never looks at a checksum (protocol/recordBatch/v0/decoder.js),
 * takes no more than some 125,000 records a batch (fetch/v4/decodeMessages.js), unpacks whatever it is
 * given to whatever size, and stands still before an empty batch. It does so as soon as an answer
 * comes, which no back pressure reaches.
 *
 * So the property `decode` of its modules for the answers to a fetch, versions 4 to 11, is another one
 * here. kafkajs looks it up in these very objects at each answer (network/connection.js, `send`), and
 * this is all that it decodes of a fetch: error codes, queue, seeks and heartbeats are as before. In
 * place of messages it gets one object for each partition that has records, see {@link FetchedCarrier}.
 *
 * That holds for the whole process from the first {@link replaceFetchDecoding} on: another consumer of
 * kafkajs in it would be given these objects too, and fails as it looks into them.
 */
import kafkajsPackage from "kafkajs/package.json" with { type: "json" };
import v4 from "kafkajs/src/protocol/requests/fetch/v4/response.js";
import v5 from "kafkajs/src/protocol/requests/fetch/v5/response.js";
import v6 from "kafkajs/src/protocol/requests/fetch/v6/response.js";
import v7 from "kafkajs/src/protocol/requests/fetch/v7/response.js";
import v8 from "kafkajs/src/protocol/requests/fetch/v8/response.js";
import v9 from "kafkajs/src/protocol/requests/fetch/v9/response.js";
import v10 from "kafkajs/src/protocol/requests/fetch/v10/response.js";
import v11 from "kafkajs/src/protocol/requests/fetch/v11/response.js";
import { decodeFetch, type FetchAnswer } from "./fetch_answer.ts";

/** The one whose inside is known here. */
const KNOWN_VERSION = "2.2.4";

/** A module of kafkajs for the answers of one version. */
export interface ResponseModule {
  decode(payload: Uint8Array): Promise<FetchAnswer>;
  parse(answer: FetchAnswer): Promise<FetchAnswer>;
}

const MODULES: ReadonlyMap<number, unknown> = new Map(
  Object.entries({ 4: v4, 5: v5, 6: v6, 7: v7, 8: v8, 9: v9, 10: v10, 11: v11 }).map(
    ([version, module]) => [Number(version), module],
  ),
);

/**
 * Replaces it, once for the process.
 *
 * @throws Error where kafkajs is another one than is known here
 */
export function replaceFetchDecoding(
  version: string = kafkajsPackage.version,
  modules: ReadonlyMap<number, unknown> = MODULES,
): void {
  if (version !== KNOWN_VERSION) {
    throw new Error(
      `kafkajs is ${version}, and finpipe knows the inside of ${KNOWN_VERSION}: read how it decodes ` +
        "a fetch before you change its version in deno.json",
    );
  }
  for (const [answerVersion, module] of modules) {
    if (!isResponseModule(module)) {
      throw new Error(
        `kafkajs decodes a fetch, version ${answerVersion}, in a way that is not known`,
      );
    }
    module.decode = (payload) => decodeFetch(payload, answerVersion);
  }
}

function isResponseModule(module: unknown): module is ResponseModule {
  if (typeof module !== "object" || module === null) return false;
  const { decode, parse } = module as Partial<ResponseModule>;
  const names = Object.keys(module).sort().join();
  return names === "decode,parse" && typeof decode === "function" && typeof parse === "function" &&
    Object.getOwnPropertyDescriptor(module, "decode")?.writable === true;
}
