/**
 * The answer to a fetch (Kafka documentation, "Fetch API", versions 4 to 11), cut into its fields: the
 * records of each partition stay as they came. Named as kafkajs names them, whose code goes on with it.
 */
import { FinpipeError } from "../../runtime/errors.ts";
import type { AbortedTransaction } from "./records/aborted.ts";
import type { FetchedRecords } from "./records/read_fetched.ts";

/** What kafkajs takes for the only message of a partition. */
export interface FetchedCarrier {
  readonly records: FetchedRecords;
  /** One beyond the last offset that can be read now. */
  readonly end: number;
  /** No partition of the answer has records: what this one has did not have to wait for others. */
  readonly isAnswerEmpty: boolean;
  /** The greatest that there can be: kafkajs drops what lies before the offset that it asked for. */
  readonly offset: string;
  readonly isControlRecord: false;
  /** There is no message here: code that looks for one expects kafkajs' own decoding. */
  readonly value: never;
}

export interface FetchAnswer {
  throttleTime: number;
  clientSideThrottleTime?: number;
  errorCode?: number;
  sessionId?: number;
  responses: { topicName: string; partitions: PartitionAnswer[] }[];
}

export interface PartitionAnswer {
  partition: number;
  errorCode: number;
  highWatermark: string;
  lastStableOffset: string;
  lastStartOffset?: string;
  /** None: kafkajs filters by it. They are with the records. */
  abortedTransactions: [];
  preferredReadReplica?: number;
  messages: [FetchedCarrier] | [];
}

/** The first version of brokers that know transactions, of Kafka 0.11. */
const LEAST_VERSION = 4;
/** Versions from which on a field is there. */
const LOG_START_SINCE = 5;
const SESSION_SINCE = 7;
/** The broker leaves the waiting to the client. */
const CLIENT_THROTTLES_SINCE = 8;
const READ_REPLICA_SINCE = 11;

const NO_REPLICA = -1;
const GREATEST_OFFSET = String(2n ** 63n - 1n);

/**
 * @param version of the answer
 * @throws FinpipeError of kind `failed` where it is not what it should be, `configuration` where the
 * broker is too old; kafkajs ends then
 */
export function decodeFetch(payload: Uint8Array, version: number): Promise<FetchAnswer> {
  return Promise.try(() => {
    if (version < LEAST_VERSION) throw final(tooOld());
    try {
      return decodeAnswer(new AnswerReader(payload), version);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      const text = `Cannot read Kafka's answer to a fetch, version ${version}: ${cause.message}`;
      throw final(new FinpipeError("failed", text, { cause }));
    }
  });
}

/** Else kafkajs would ask for the same for a quarter of an hour. */
function final(error: FinpipeError): FinpipeError {
  return Object.assign(error, { retriable: false });
}

function tooOld(): FinpipeError {
  return new FinpipeError("configuration", "The broker is older than Kafka 0.11", {
    hint: "Upgrade the cluster: older brokers do not say which transactions were aborted",
  });
}

function decodeAnswer(reader: AnswerReader, version: number): FetchAnswer {
  const throttle = reader.int32();
  const answer: FetchAnswer = {
    ...(version < CLIENT_THROTTLES_SINCE
      ? { throttleTime: throttle }
      : { throttleTime: 0, clientSideThrottleTime: throttle }),
    ...(version < SESSION_SINCE ? {} : { errorCode: reader.int16(), sessionId: reader.int32() }),
    responses: reader.array(() => ({
      topicName: reader.string(),
      partitions: reader.array(() => decodePartition(reader, version)),
    })),
  };
  const carriers = answer.responses
    .flatMap(({ partitions }) => partitions.flatMap(({ messages }) => messages as Carrier[]));
  const isAnswerEmpty = carriers.every(({ records }) => records.bytes.length === 0);
  for (const carrier of carriers) carrier.isAnswerEmpty = isAnswerEmpty;
  return answer;
}

function decodePartition(reader: AnswerReader, version: number): PartitionAnswer {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStableOffset = reader.int64();
  const logStart = version < LOG_START_SINCE ? {} : { lastStartOffset: String(reader.int64()) };
  const aborted: AbortedTransaction[] = reader.array(() => ({
    producerId: reader.int64(),
    firstOffset: Number(reader.int64()),
  }));
  const replica = version < READ_REPLICA_SINCE ? {} : { preferredReadReplica: reader.int32() };
  const bytes = reader.bytes();
  const carrier = new Carrier(
    { bytes, aborted, highWatermark: Number(highWatermark) },
    Number(lastStableOffset),
  );
  // The leader sends nothing where it names another one to read from.
  const isElsewhere = (replica.preferredReadReplica ?? NO_REPLICA) !== NO_REPLICA;
  return {
    partition,
    errorCode,
    highWatermark: String(highWatermark),
    lastStableOffset: String(lastStableOffset),
    ...logStart,
    abortedTransactions: [],
    ...replica,
    messages: bytes.length === 0 && isElsewhere ? [] : [carrier],
  };
}

class Carrier implements FetchedCarrier {
  readonly offset = GREATEST_OFFSET;
  readonly isControlRecord = false;
  isAnswerEmpty = false;

  constructor(readonly records: FetchedRecords, readonly end: number) {}

  get value(): never {
    throw new Error("This process reads the records of a fetch by itself: see fetch_decoding.ts");
  }
}

/** Reads fields one after the other; reading past the end is a RangeError. */
class AnswerReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  int16(): number {
    return this.#view.getInt16(this.#skip(2));
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4));
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#skip(8));
  }

  string(): string {
    return new TextDecoder().decode(this.#take(this.int16()));
  }

  /** Null, which has a length of -1, counts as none. */
  bytes(): Uint8Array {
    return this.#take(Math.max(0, this.int32()));
  }

  array<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.int32(); left > 0; left--) items.push(read());
    return items;
  }

  #take(length: number): Uint8Array {
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  #skip(length: number): number {
    const start = this.#at;
    if (length < 0 || length > this.#bytes.length - start) {
      throw new RangeError(`${length} bytes are to follow byte ${start} of ${this.#bytes.length}`);
    }
    this.#at += length;
    return start;
  }
}
