/** What becomes of a day where Vertica stands still, or a connection is lost, in the middle of it. */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import type { VerticaWarehouse } from "../../lib/warehouse/vertica/warehouse.ts";
import { writePartition } from "../support/partitions/reference.ts";
import { TcpProxy } from "../support/network/tcp_proxy.ts";
import { openTestVertica, ownVerticaTest } from "../support/vertica/place.ts";
import { rate, transaction } from "../support/partitions/rows.ts";
import { NOW, STRICT_LIMITS } from "../support/warehouse/warehouses.ts";
import type { VerticaServer } from "../vertica-server/server.ts";

const DAY = "2022-10-01";
const day = Temporal.PlainDate.from(DAY);

interface Place {
  server: VerticaServer;
  /** By a URL. */
  at(url: string, retryFor?: number): Promise<VerticaWarehouse>;
  url: string;
  /** Loads a day of one amount. */
  load(warehouse: VerticaWarehouse, amount: number): Promise<unknown>;
  /** The amount that stands, and the mart's. */
  standing(): Promise<string>;
}

function serverTest(name: string, test: (place: Place) => Promise<void>): void {
  ownVerticaTest(name, async () => {
    await using vertica = await openTestVertica();
    await using opened = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "finpipe-frozen-" });
    opened.defer(() => Deno.remove(folder, { recursive: true }));
    const options = {
      ...vertica.newSchemas(),
      now: () => NOW,
      waits: { patience: 200, connectTimeout: 1500 },
    };
    const load = async (warehouse: VerticaWarehouse, amount: number) =>
      await warehouse.replaceDay(
        await writePartition(folder, "transactions", DAY, [
          transaction(DAY, { amount: String(amount), currency_code: "420" }),
        ]),
        STRICT_LIMITS,
      );
    const usual = opened.use(vertica.warehouse(options));
    await usual.migrate();
    await usual.replaceDay(
      await writePartition(folder, "currencies", DAY, [rate(DAY)]),
      STRICT_LIMITS,
    );
    await test({
      server: vertica.own!.server,
      url: vertica.url,
      load,
      at: async (url, retryFor = 0) =>
        opened.use(await vertica.warehouseAt(url, { ...options, retryFor })),
      async standing() {
        const { controlTotal } = await usual.measureDay("transactions", day);
        const [row] = await Array.fromAsync(usual.mart());
        return `${controlTotal}, ${row?.amount_total}`;
      },
    });
  });
}

/** Each is never answered, though the server lives. */
const STATEMENTS = [
  /SWAP_PARTITIONS/,
  /INSERT INTO \S+\.load_pending/,
  /INSERT INTO \S+\.loads/,
  /LOCK TABLE \S+_lock/,
  /CREATE TABLE/,
];

serverTest("a load whose statement got lost is begun anew, and whole", async (place) => {
  const warehouse = await place.at(place.url, 30_000);
  let amount = 100;
  for (const statement of STATEMENTS) {
    place.server.faults.arm({ kind: "stall", statement });
    await place.load(warehouse, ++amount);
    assert.equal(await place.standing(), `${amount}, undefined`, String(statement));
  }
});

serverTest("a mart whose statement got lost is begun anew, and whole", async (place) => {
  const warehouse = await place.at(place.url, 30_000);
  let amount = 100;
  for (
    const statement of [/LOCK TABLE/, /DELETE FROM \S+global_metrics/, /INSERT INTO \S+global/]
  ) {
    await place.load(warehouse, ++amount);
    place.server.faults.arm({ kind: "stall", statement });
    const { rows } = await warehouse.buildMart(day, { statuses: ["done"], strict: true });
    assert.equal(rows, 1);
    assert.equal(await place.standing(), `${amount}, 1.0${amount % 10}`, String(statement));
  }
});

serverTest("a load that loses all its connections is begun anew, lock and all", async (place) => {
  let isLost = false;
  await using proxy = new TcpProxy(place.url, (bytes) => {
    if (!isLost && new TextDecoder("latin1").decode(bytes).includes("SWAP_PARTITIONS")) {
      isLost = true;
      proxy.lose();
    }
    return "pass";
  });
  const warehouse = await place.at(proxy.url.replace(/\?.*/, ""), 5_000);
  await place.load(warehouse, 100);
  assert.ok(isLost);
  assert.equal(await place.standing(), "100, undefined");
});

for (const word of ["COPY", "SWAP_PARTITIONS", "global_metrics"]) {
  serverTest(
    `a server that stands still from ${word} on is given up, the old day stands`,
    async (place) => {
      const usual = await place.at(place.url);
      await place.load(usual, 100);
      await usual.buildMart(day, { statuses: ["done"], strict: true });
      let isFrozen = false;
      await using proxy = new TcpProxy(place.url, (bytes) => {
        if (!isFrozen && new TextDecoder("latin1").decode(bytes).includes(word)) {
          isFrozen = true;
          proxy.freeze();
        }
        return "pass";
      });
      const frozen = await place.at(proxy.url.replace(/\?.*/, ""));
      const work = async () => {
        await place.load(frozen, 200);
        await frozen.buildMart(day, { statuses: ["done"], strict: true });
      };
      const error = await work().then(() => undefined, (error) => error);
      assert.ok(isKind(error, "unreachable"), String(error));
      assert.ok(isFrozen);
      assert.match(error.message, /no answer for a while/);
      const isLoaded = word === "global_metrics";
      assert.equal(await place.standing(), isLoaded ? "200, 1.00" : "100, 1.00");
      // The server still takes the lost sessions for alive, and their locks are not free: it is asked
      // again, when it moves.
      proxy.thaw();
      const patient = await place.at(place.url, 30_000);
      await place.load(patient, 300);
      await patient.buildMart(day, { statuses: ["done"], strict: true });
      assert.equal(await place.standing(), "300, 3.00");
    },
  );
}
