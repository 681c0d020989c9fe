import assert from "node:assert/strict";
import fc from "fast-check";
import { VersionHasher } from "../../lib/events/version_hash.ts";

const encoder = new TextEncoder();

interface Version {
  type: number;
  id: string;
  seconds: number;
  micros: number;
  payload: Uint8Array;
}

/** The hash of a version whose id and payload lie somewhere in larger buffers. */
function hashOf(
  hasher: VersionHasher,
  { type, id, seconds, micros, payload }: Version,
  before = 0,
) {
  const idBytes = encoder.encode("#".repeat(before) + id + "#");
  const bytes = new Uint8Array(before + payload.length + 5).fill(0x23);
  bytes.set(payload, before);
  hasher.begin(type, idBytes, before, { seconds, micros });
  hasher.end(bytes, before, before + payload.length);
  return `${hasher.low} ${hasher.high}`;
}

const version: fc.Arbitrary<Version> = fc.record({
  type: fc.integer({ min: 0, max: 1 }),
  id: fc.uuid(),
  seconds: fc.integer({ min: 0, max: 315_537_897_599 }),
  micros: fc.integer({ min: 0, max: 999_999 }),
  payload: fc.uint8Array({ maxLength: 40 }),
});

Deno.test("VersionHasher: the same version has the same hash, wherever its bytes lie", () => {
  const hasher = new VersionHasher();
  fc.assert(fc.property(version, fc.integer({ min: 1, max: 7 }), (version, before) => {
    const hash = hashOf(hasher, version);
    assert.equal(hashOf(hasher, version, before), hash);
    assert.equal(hashOf(hasher, { ...version, id: version.id.toUpperCase() }), hash);
  }));
});

Deno.test("VersionHasher: each part of a version counts, each byte and the length", () => {
  const hasher = new VersionHasher();
  fc.assert(
    fc.property(version, fc.nat(), fc.integer({ min: 1, max: 255 }), (version, at, flip) => {
      const { type, id, seconds, micros, payload } = version;
      const changed = payload.slice();
      if (payload.length > 0) changed[at % payload.length]! ^= flip;
      const digit = at % 8;
      const others: Version[] = [
        { ...version, type: 1 - type },
        {
          ...version,
          id: id.slice(0, digit) + (id[digit] === "0" ? "1" : "0") + id.slice(digit + 1),
        },
        { ...version, seconds: seconds + 1 },
        // Beyond 32 bits of seconds, as in the year 9999.
        { ...version, seconds: seconds + 2 ** 32 },
        { ...version, micros: (micros + 1) % 1_000_000 },
        { ...version, payload: new Uint8Array([...payload, 0]) },
        { ...version, payload: new Uint8Array([0, ...payload]) },
        ...(payload.length > 0 ? [{ ...version, payload: changed }] : []),
      ];
      const hash = hashOf(hasher, version);
      for (const other of others) assert.notEqual(hashOf(hasher, other), hash);
    }),
  );
});

Deno.test("VersionHasher: payloads that are nearly alike do not collide", () => {
  const hasher = new VersionHasher();
  const id = crypto.randomUUID();
  const seen = new Set<string>();
  const count = 50_000;
  for (let i = 0; i < count; i++) {
    const payload = encoder.encode(`{"amount": ${i}, "status": "done"}`);
    seen.add(hashOf(hasher, { type: 0, id, seconds: 1, micros: 0, payload }));
  }
  assert.equal(seen.size, count);
});

Deno.test("VersionHasher: another process has other hashes", () => {
  const version = {
    type: 0,
    id: crypto.randomUUID(),
    seconds: 1,
    micros: 2,
    payload: encoder.encode("{}"),
  };
  assert.notEqual(hashOf(new VersionHasher(), version), hashOf(new VersionHasher(), version));
  const fixed = () => new VersionHasher((secrets) => secrets.fill(42));
  assert.equal(hashOf(fixed(), version), hashOf(fixed(), version));
});
