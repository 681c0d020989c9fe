/** A token endpoint of one's own: client credentials, and the keys by which brokers check tokens. */

import { TOKEN_ISSUER } from "./properties.ts";

export interface Claims {
  /** @default kafka */
  audience?: string;
  /** Seconds that a token lasts. @default 60 */
  lifetime?: number;
}

/** The client that is known. */
export const CLIENT = { id: "fin pipe", secret: "s3cr+t:%" };

export class TokenServer implements AsyncDisposable {
  /** Bodies of the requests for a token. */
  readonly asked: string[] = [];
  /** What the next tokens say. */
  claims: Claims = {};
  /** Answers with this status instead. */
  status: number | undefined;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #keys: CryptoKeyPair;

  private constructor(keys: CryptoKeyPair) {
    this.#keys = keys;
    const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
    this.#server = Deno.serve(options, (request) => this.#answer(request));
  }

  static async open(): Promise<TokenServer> {
    const algorithm = {
      name: "RSASSA-PKCS1-v1_5",
      hash: "SHA-256",
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    };
    return new TokenServer(await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/token`;
  }

  get keysUrl(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/keys`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    if (new URL(request.url).pathname === "/keys") {
      const key = await crypto.subtle.exportKey("jwk", this.#keys.publicKey);
      return Response.json({ keys: [{ ...key, kid: "1", use: "sig", alg: "RS256" }] });
    }
    this.asked.push(await request.text());
    if (this.status !== undefined) return new Response("", { status: this.status });
    const login = [CLIENT.id, CLIENT.secret].map(encodeURIComponent).join(":");
    if (request.headers.get("authorization") !== `Basic ${btoa(login)}`) {
      return Response.json({ error: "invalid_client" }, { status: 401 });
    }
    const { lifetime = 60 } = this.claims;
    return Response.json({ access_token: await this.#token(), expires_in: lifetime });
  }

  async #token(): Promise<string> {
    const { audience = "kafka", lifetime = 60 } = this.claims;
    const now = Math.floor(Date.now() / 1000);
    const parts = [
      { alg: "RS256", typ: "JWT", kid: "1" },
      { iss: TOKEN_ISSUER, sub: "finpipe", aud: audience, iat: now, exp: now + lifetime },
    ].map((part) => encoded(new TextEncoder().encode(JSON.stringify(part))));
    const text = new TextEncoder().encode(parts.join("."));
    const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", this.#keys.privateKey, text);
    return [...parts, encoded(new Uint8Array(signature))].join(".");
  }
}

function encoded(bytes: Uint8Array<ArrayBuffer>): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
