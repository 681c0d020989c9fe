/** A client that says one message at a time and shows the answers as they are, for tests of the server. */
import { sha512Answer } from "./wire/login.ts";
import { ByteReader } from "./wire/byte_reader.ts";
import { ByteWriter } from "./wire/byte_writer.ts";
import { type Frame, FrameReader } from "./wire/frames.ts";
import { CANCEL_REQUEST, LOAD_BALANCE_REQUEST, SSL_REQUEST } from "./wire/frontend.ts";

/** Appends one client message: the body is what `write` appends. */
export function clientMessage(
  writer: ByteWriter,
  code: string,
  write: (writer: ByteWriter) => void = () => {},
): void {
  writer.begin(code);
  write(writer);
  writer.end();
}

/** A Startup as vertica-python writes it: its version is an integer amid the texts. */
export function startup(
  parameters: Readonly<Record<string, string>>,
  protocol: number,
): Uint8Array {
  return opening((writer) => {
    writer.int32((3 << 16) | 5).cstring("protocol_version").int32(protocol).byte(0);
    for (const [name, value] of Object.entries(parameters)) writer.cstring(name).cstring(value);
    writer.byte(0);
  });
}

/** A message without a code. */
export function opening(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  const body = writer.take();
  writer.int32(body.length + 4).bytes(body);
  return writer.take();
}

/** Fields of an error by their letters. */
export function errorFields(body: Uint8Array): Record<string, string> {
  const reader = new ByteReader(body);
  const fields: Record<string, string> = {};
  for (let letter = reader.byte(); letter !== 0; letter = reader.byte()) {
    fields[String.fromCharCode(letter)] = reader.cstring();
  }
  return fields;
}

/** The values of a DataRow. */
export function rowValues(body: Uint8Array): (string | null)[] {
  const reader = new ByteReader(body);
  return Array.from({ length: reader.int16() }, () => reader.value());
}

export interface RawOptions {
  port: number;
  user?: string;
  /** Or access token. */
  password?: string;
  database?: string;
  label?: string;
  protocol?: number;
  /** How many bytes are written at once. @default as many as there are */
  bytesAtOnce?: number;
  /** More start-up parameters. */
  parameters?: Record<string, string>;
}

export class RawClient implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #frames = new FrameReader();
  #isClosed = false;
  /** Of BackendKeyData. */
  key = { process: 0, key: 0 };
  /** Of ParameterStatus. */
  readonly parameters: Record<string, string> = {};

  readonly #bytesAtOnce: number;

  constructor(connection: Deno.TcpConn, bytesAtOnce = Infinity) {
    connection.setNoDelay(true);
    this.#bytesAtOnce = bytesAtOnce;
    this.#connection = connection;
  }

  /** Logs in; the answers up to ReadyForQuery, or to the error. */
  static async open(options: RawOptions): Promise<{ client: RawClient; answers: Frame[] }> {
    const { port, user = "dbadmin", password = "secret", database = "finpipe" } = options;
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const client = new RawClient(connection, options.bytesAtOnce);
    const parameters = {
      user,
      database,
      client_label: options.label ?? "raw",
      ...options.parameters,
    };
    await client.write(startup(parameters, options.protocol ?? (3 << 16) | 16));
    return { client, answers: await client.logIn(password) };
  }

  /** A session, ready for queries. */
  static async ready(options: RawOptions): Promise<RawClient> {
    const { client, answers } = await RawClient.open(options);
    const last = answers.at(-1);
    if (last?.code !== "Z") {
      client[Symbol.dispose]();
      throw new Error(`No session: ${JSON.stringify(errorFields(last!.body))}`);
    }
    return client;
  }

  /** One of the requests before start-up, and the byte that answers it. */
  async ask(request: "tls" | "load balance"): Promise<string> {
    await this.write(
      opening((writer) => writer.int32(request === "tls" ? SSL_REQUEST : LOAD_BALANCE_REQUEST)),
    );
    const byte = new Uint8Array(1);
    await this.#connection.read(byte);
    return String.fromCharCode(byte[0]!);
  }

  async logIn(password: string): Promise<Frame[]> {
    const answers: Frame[] = [];
    for (;;) {
      const frame = await this.receive();
      if (frame === undefined) return answers;
      answers.push(frame);
      const reader = new ByteReader(frame.body);
      if (frame.code === "S") this.parameters[reader.cstring()] = reader.cstring();
      if (frame.code === "K") this.key = { process: reader.int32(), key: reader.int32() };
      if (frame.code === "R") await this.#answer(reader, password);
      if (frame.code === "Z" || frame.code === "E") return answers;
    }
  }

  async #answer(reader: ByteReader, password: string): Promise<void> {
    const code = reader.int32();
    if (code === 0) return;
    let answer = password;
    if (code === 66048) {
      const salt = reader.bytes(4);
      answer = sha512Answer(password, reader.bytes(reader.int32()), salt);
    }
    await this.send("p", (writer) => writer.cstring(answer));
  }

  async send(code: string, write: (writer: ByteWriter) => void = () => {}): Promise<void> {
    const writer = new ByteWriter();
    clientMessage(writer, code, write);
    await this.write(writer.take());
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.#connection.write(bytes.subarray(at, at + this.#bytesAtOnce));
    }
  }

  /** The next message; undefined at the end of the connection, however it ended. */
  async receive(): Promise<Frame | undefined> {
    const chunk = new Uint8Array(64 * 1024);
    for (;;) {
      const frame = this.#frames.next(true);
      if (frame !== undefined) return frame;
      let count: number | null;
      try {
        count = await this.#connection.read(chunk);
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
        return undefined;
      }
      if (count === null) return undefined;
      this.#frames.push(chunk.slice(0, count));
    }
  }

  /** All messages up to one of this code, or the end of the connection. */
  async until(code: string): Promise<Frame[]> {
    const frames: Frame[] = [];
    for (;;) {
      const frame = await this.receive();
      if (frame === undefined) return frames;
      frames.push(frame);
      if (frame.code === code) return frames;
    }
  }

  /** Asks for the end of another session's statement. */
  async cancel({ process, key }: { process: number; key: number }): Promise<void> {
    await this.write(opening((writer) => writer.int32(CANCEL_REQUEST).int32(process).int32(key)));
  }

  /** Says a query and takes all of its answer. */
  async query(sql: string): Promise<Frame[]> {
    await this.send("Q", (writer) => writer.cstring(sql));
    return await this.until("Z");
  }

  /** Goes without a word. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.close();
  }
}

/** The codes of messages, as one word. */
export function codes(frames: readonly Frame[]): string {
  return frames.map(({ code }) => code).join("");
}
