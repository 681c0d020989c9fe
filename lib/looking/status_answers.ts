/** What `serve` answers about the steps of each date: a page, and the JSON of `status`. */
import { statusJson } from "../rendering/status/json.ts";
import { STATUS_POLICY, statusHtml } from "../rendering/status/page.ts";
import type { Answer } from "../runtime/http_server.ts";
import { isProblem, type RunStatus, type Totals } from "../status/status.ts";
import { atMost, HTML_TYPE, json, PATIENCE, text, troubleText, UNKEPT } from "./answers.ts";
import type { MartBoard } from "./mart_board.ts";

/** What is held of the dates. */
export interface HeldStatus {
  /** The oldest date first. */
  runs: readonly RunStatus[];
  totals: Totals;
}

export const STATUS_PATHS = ["/status", "/api/status.json"];

/**
 * @param steps their names, in order
 * @param patience milliseconds for which a client waits for a question to the ends
 * @returns the answer to a path of {@link STATUS_PATHS}
 */
export function statusAnswers(
  board: MartBoard<HeldStatus>,
  steps: readonly string[],
  patience = PATIENCE,
): (path: string, query: string) => Promise<Answer> {
  return async (path, query) => {
    if (query !== "" && query !== "problems") return text(400, "Takes problems, or nothing");
    await atMost(patience, board.look());
    const { held, trouble, askedAt } = board;
    const problems = query === "problems";
    const all = held?.value.runs;
    const runs = problems ? all?.filter(isProblem) : all;
    const totals = held?.value.totals;
    const said = trouble === undefined ? undefined : troubleText(trouble, "the steps");
    if (path === "/status") {
      const page = { steps, runs, totals, problems, trouble: said, askedAt };
      const policy = `${STATUS_POLICY}; frame-ancestors 'none'`;
      const headers = { ...UNKEPT, ...HTML_TYPE, "content-security-policy": policy };
      return { status: 200, headers, body: statusHtml(page) };
    }
    if (runs === undefined || totals === undefined) return text(503, said ?? "Reading the steps");
    return json(UNKEPT, [...statusJson(runs, () => totals)].join(""));
  };
}
