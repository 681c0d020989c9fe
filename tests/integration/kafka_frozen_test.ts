/** A PostgreSQL that stands still, or whose connections get lost, while a topic is landed. */
import assert from "node:assert/strict";
import { Interrupted } from "../../lib/runtime/errors.ts";
import { isStatement, TcpProxy, type Verdict } from "../support/network/tcp_proxy.ts";
import { assertBalanced, sumOf } from "../support/topic/books.ts";
import { type LandCall, landingPlace, topicTest, untilRead } from "../support/topic/landing.ts";
import { startTraffic } from "../support/topic/traffic.ts";
import { until, untilRow } from "../support/until.ts";

const RESIDENT: LandCall = {
  untilEnd: false,
  rows: 50,
  linger: "20ms",
  session: { patience: 100, connectTimeout: 500 },
};

/** Loses every fourth COMMIT, and the connection with it; in turn the one piece of COPY's data. */
function loser(): (bytes: Uint8Array) => Verdict {
  const copyData = "d".charCodeAt(0);
  let commits = 0;
  let copies = 0;
  return (bytes) => {
    if (isStatement(bytes, "COMMIT")) return ++commits % 4 === 0 ? "lose" : "pass";
    return bytes[0] === copyData && ++copies % 11 === 0 ? "lose" : "pass";
  };
}

await topicTest("a database that stands still for a while is waited out", async (t) => {
  await using place = await landingPlace(t, { partitions: 2 });
  await using proxy = new TcpProxy(place.url, () => "pass");
  const traffic = await startTraffic(place);
  const landing = place.land({ ...RESIDENT, url: proxy.url });
  const { landers } = await landing.state;
  for (let round = 0; round < 3; round++) {
    await traffic.more(300);
    proxy.freeze();
    await until(() => /no answer for a while/.test(landers.stagingFailure ?? ""));
    proxy.thaw();
    await until(() => landers.stagingFailure === undefined);
  }
  await traffic.stop();
  await untilRead(place);
  const totals = await landing.stop();
  const books = await assertBalanced(place);
  assert.equal(sumOf(books, "messages_read"), totals.messages_read);
  assert.match(landing.log(), /no answer for a while.*; trying again until it answers/);
});

await topicTest("connections that are lost inside COPY and at COMMIT", async (t) => {
  await using place = await landingPlace(t, { partitions: 2 });
  await using proxy = new TcpProxy(place.url, loser());
  const traffic = await startTraffic(place);
  const landing = place.land({ ...RESIDENT, url: proxy.url });
  await traffic.more(600);
  await traffic.stop();
  await untilRead(place);
  const totals = await landing.stop();
  const books = await assertBalanced(place);
  assert.equal(sumOf(books, "messages_read"), totals.messages_read);
  assert.match(landing.log(), /the connection was lost without notice/);
});

await topicTest("a database that stands still does not hold up the end", async (t) => {
  await using place = await landingPlace(t);
  await using proxy = new TcpProxy(place.url, () => "pass");
  const traffic = await startTraffic(place);
  // The patience of those who use it.
  const { session: _session, ...patient } = RESIDENT;
  const landing = place.land({ ...patient, url: proxy.url, grace: "300ms" });
  await traffic.more(300);
  await untilRow(place.session, "SELECT FROM stg.transactions LIMIT 1");
  proxy.freeze();
  await traffic.more(100);
  await assert.rejects(landing.stop(), Interrupted);
  // What was under way was cut, not waited for.
  assert.doesNotMatch(landing.log(), /no answer for a while/);
  await traffic.stop();
  proxy.thaw();
  await place.land({ group: `${place.topic.group}-new` }).totals;
  await assertBalanced(place);
});
