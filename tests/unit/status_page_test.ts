/** The page of the steps: what it shows, what it answers, texts that mean no good. */
import assert from "node:assert/strict";
import { MartBoard } from "../../lib/looking/mart_board.ts";
import { type HeldStatus, statusAnswers } from "../../lib/looking/status_answers.ts";
import { runOfPartition } from "../../lib/partitions/run_date.ts";
import { STATUS_POLICY, statusHtml } from "../../lib/rendering/status/page.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import type { NamedStatus, RunStatus } from "../../lib/status/status.ts";

const NOW = Temporal.Instant.from("2022-10-05T03:00:00.7Z");
const NONE = { missing: 0, failed: 0, running: 0, interrupted: 0, pruned: 0, stale: 0 };

function step(name: string, facts: Partial<NamedStatus> = {}): NamedStatus {
  const done = { state: "done" as const, cause: null, rows: 7, at: null, seconds: null };
  return { name, ...done, attempt: undefined, ...facts };
}

function runOf(day: string, steps: NamedStatus[]): RunStatus {
  return { ...runOfPartition(Temporal.PlainDate.from(day)), steps };
}

const RUNS = [
  runOf("2022-10-01", [
    step("load", {
      rows: { transactions: 400, currencies: 42 },
      at: Temporal.PlainDateTime.from("2022-10-02T03:00:01.25"),
    }),
    step("cdm"),
  ]),
  runOf("2022-10-02", [
    step("load", {
      state: "failed",
      cause: '<script>alert("x")</script>\u001b[2J & more',
      rows: null,
    }),
    step("cdm", { state: "missing", rows: null }),
  ]),
];
const HELD: HeldStatus = { runs: RUNS, totals: { done: 2, ...NONE, missing: 1, failed: 1 } };

function boardOf(read: () => Promise<HeldStatus>): MartBoard<HeldStatus> {
  return new MartBoard({
    read,
    versionOf: () => "",
    now: () => NOW,
    interval: 60_000,
    onTrouble: () => {},
    onRecovered: () => {},
  });
}

Deno.test("dates stand newest first, each step with its state, facts and cause", () => {
  const html = statusHtml({
    steps: ["load", "cdm"],
    ...HELD,
    problems: false,
    trouble: undefined,
    askedAt: NOW,
  });
  const rows = [...html.matchAll(/<th scope="row">(\S+)<\/th>/g)].map(([, date]) => date);
  assert.deepEqual(rows, ["2022-10-03", "2022-10-02"]);
  assert.match(html, /4 steps: 2 done, 1 missing, 1 failed\. Read 2022-10-05 03:00:01 UTC\./);
  assert.match(html, /400 \+ 42 rows<\/small><small class="fact at">2022-10-02 03:00:01</);
  assert.match(html, /class="state missing" data-mark="–">missing<\/span><\/td>/);
});

Deno.test("texts stay texts, and nothing is run or loaded", () => {
  const page = { steps: ["load"], ...HELD, problems: true, trouble: "<b>", askedAt: undefined };
  const html = statusHtml(page);
  for (const text of ["<script", "<b>", "\u001b"]) assert.ok(!html.includes(text), text);
  assert.match(
    html,
    /failed: &lt;script&gt;alert\(&quot;x&quot;\)&lt;\/script&gt;\\u001b\[2J &amp;/,
  );
  assert.match(html, /role="status">&lt;b&gt;</);
  assert.match(STATUS_POLICY, /^default-src 'none'; style-src 'sha256-[^']+'; /);
  assert.doesNotMatch(html, / style="| on\w+=|src="http|href="http/);
});

Deno.test("what is not done can be asked for; anything else is a bad request", async () => {
  const answer = statusAnswers(boardOf(() => Promise.resolve(HELD)), ["load", "cdm"]);
  const all = await answer("/status", "");
  assert.equal(all.status, 200);
  assert.match(all.headers!["content-security-policy"]!, /frame-ancestors 'none'$/);
  assert.equal(all.headers!["cache-control"], "no-store");
  const problems = String((await answer("/status", "problems")).body);
  assert.match(problems, /1 date with something that is not done/);
  assert.doesNotMatch(problems, /scope="row">2022-10-02</);
  const { runs, totals } = JSON.parse(String((await answer("/api/status.json", "problems")).body));
  assert.deepEqual(runs.map((run: { run_date: string }) => run.run_date), ["2022-10-03"]);
  assert.equal(totals.done, 2);
  for (const path of ["/status", "/api/status.json"]) {
    assert.equal((await answer(path, "problems=1&x")).status, 400);
  }
});

Deno.test("ends that cannot be read are told of, without their names", async () => {
  const failure = new FinpipeError(
    "configuration",
    "FINPIPE_PG_URL of host secret.example is wrong",
  );
  const answer = statusAnswers(boardOf(() => Promise.reject(failure)), ["load"]);
  const page = String((await answer("/status", "")).body);
  assert.match(page, /has refused finpipe since 2022-10-05 03:00:01 UTC/);
  assert.match(page, /Nothing was read yet\./);
  assert.doesNotMatch(page, /secret\.example/);
  assert.equal((await answer("/api/status.json", "")).status, 503);
});
