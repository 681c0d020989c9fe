/**
 * Has kafkajs hand on the records of a fetch as they came, for `records/` to read.
 *
 * kafkajs 2.2.4 reads them itself, and wrongly: it filters aborted transactions by a rule of its
 * own (consumer/filterAbortedMessages.js), never looks at a checksum
 * (protocol/recordBatch/v0/decoder.js), takes no more than some 125,000 records a batch
 * (fetch/v4/decodeMessages.js), unpacks data to any size, and gets stuck at an empty batch. It does
 * so as soon as an answer comes, which no back pressure reaches.
 *
 * So the property `decode` of its modules for the answers to a fetch, versions 4 to 11, is another
 * one here. kafkajs looks it up in these very objects at each answer (network/connection.js,
 * `send`), and this is all that it decodes of a fetch: error codes, queue, seeks and heartbeats are
 * as before. In place of messages it gets one object for each partition, see {@link
 * FetchedCarrier}.
 *
 * That holds for the whole process from the first {@link replaceFetchDecoding} on: another consumer
 * of kafkajs in it would be given these objects too, and fails as it looks into them.
 */
import kafkajsPackage from "kafkajs/package.json" with { type: "json" };
import fetches from "kafkajs/src/protocol/requests/fetch/index.js";
import { decodeFetch, type FetchAnswer } from "./fetch_answer.ts";

/** The one whose inside is known here. */
const KNOWN_VERSION = "2.2.4";

/** A module of kafkajs for the answers of one version. */
export interface ResponseModule {
  decode(payload: Uint8Array): Promise<FetchAnswer>;
  parse(answer: FetchAnswer): Promise<FetchAnswer>;
}

/** Of the answers. */
const VERSIONS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/** As kafkajs finds the module with each request of a version. */
function moduleOf(version: number): unknown {
  return fetches.protocol({ version })({ topics: [] }).response;
}

/**
 * Replaces it, once for the process.
 *
 * @throws Error where kafkajs is another one than is known here
 */
export function replaceFetchDecoding(
  kafkajsVersion: string = kafkajsPackage.version,
  find: (version: number) => unknown = moduleOf,
): void {
  if (kafkajsVersion !== KNOWN_VERSION) {
    throw new Error(
      `kafkajs is ${kafkajsVersion}, and finpipe knows the inside of ${KNOWN_VERSION}: read how it ` +
        "decodes a fetch before you change its version in deno.json",
    );
  }
  for (const version of VERSIONS) {
    const module = find(version);
    if (!isResponseModule(module)) {
      throw new Error(`kafkajs decodes a fetch, version ${version}, in a way that is not known`);
    }
    module.decode = (payload) => decodeFetch(payload, version);
  }
}

function isResponseModule(module: unknown): module is ResponseModule {
  if (typeof module !== "object" || module === null) return false;
  const { decode, parse } = module as Partial<ResponseModule>;
  const names = Object.keys(module).sort().join();
  return names === "decode,parse" && typeof decode === "function" && typeof parse === "function" &&
    Object.getOwnPropertyDescriptor(module, "decode")?.writable === true;
}
