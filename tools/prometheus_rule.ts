/**
 * Writes deploy/kubernetes/components/monitoring/rules.yaml, the alerts of deploy/prometheus/alerts.yaml
 * as the Prometheus operator takes them. Its kustomization gives the runbooks their whole URLs.
 * A test keeps the two equal.
 *
 * Usage: deno run -A tools/prometheus_rule.ts
 */

const ALERTS = new URL("../deploy/prometheus/alerts.yaml", import.meta.url);
const RULE = new URL("../deploy/kubernetes/components/monitoring/rules.yaml", import.meta.url);

const HEAD = `\
# Made from deploy/prometheus/alerts.yaml by tools/prometheus_rule.ts: change it there.

apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: finpipe
spec:
`;

/** The manifest for a file of rules; comments stay. */
export function prometheusRule(alerts: string): string {
  const groups = alerts.slice(alerts.search(/^groups:$/m))
    // What most tools that show alerts make a link of.
    .replaceAll(/^( +)runbook: /gm, "$1runbook_url: ")
    .replaceAll(/^(?=.)/gm, "  ");
  return HEAD + groups;
}

if (import.meta.main) {
  await Deno.writeTextFile(RULE, prometheusRule(await Deno.readTextFile(ALERTS)));
}
