/**
 * Prometheus' text format, version 0.0.4 (prometheus.io, "Exposition formats"): as much of it as
 * our metrics need.
 *
 * Not prom-client: its dependency bintrees ships data files that `deno compile` 2.9.6 takes for
 * programs and crashes on, so there would be no single binary.
 */

/** The media type of {@link exposition}. */
export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Label names and values of one sample. */
export type Labels = Readonly<Record<string, string | number>>;

/** A sample; `suffix` is what a histogram adds to the metric's name. */
export interface Sample {
  suffix?: string;
  labels?: Labels;
  value: number;
}

export interface Metric {
  name: string;
  help: string;
  type: "counter" | "gauge" | "histogram";
  samples(): Iterable<Sample>;
}

/** The text of metrics as they are now. */
export function exposition(metrics: Iterable<Metric>): string {
  const lines: string[] = [];
  for (const metric of metrics) {
    const { name, help, type } = metric;
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const { suffix = "", labels = {}, value } of metric.samples()) {
      lines.push(`${name}${suffix}${labelsText(labels)} ${valueText(value)}`);
    }
  }
  return lines.join("\n") + "\n";
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) =>
    `${name}="${escaped(String(value))}"`
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function valueText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}

/** A number that only grows, with one value for each value of a label. */
export class Counter implements Metric {
  readonly type = "counter";
  readonly #values = new Map<string, number>();

  /**
   * @param label name of its label; without one there is a single value
   * @param values of the label that are there from the start, at 0
   */
  constructor(
    readonly name: string,
    readonly help: string,
    readonly label?: string,
    values: readonly string[] = [""],
  ) {
    for (const value of values) this.#values.set(value, 0);
  }

  add(amount: number, value = ""): void {
    this.#values.set(value, (this.#values.get(value) ?? 0) + amount);
  }

  *samples(): Generator<Sample> {
    for (const [value, total] of this.#values) {
      yield this.label === undefined
        ? { value: total }
        : { labels: { [this.label]: value }, value: total };
    }
  }
}

/** How many observations were at most as large as each bound, and their sum. */
export class Histogram implements Metric {
  readonly type = "histogram";
  readonly #counts: number[];
  #count = 0;
  #sum = 0;

  /** @param bounds upper ones, rising */
  constructor(readonly name: string, readonly help: string, readonly bounds: readonly number[]) {
    this.#counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.bounds.forEach((bound, i) => {
      if (value <= bound) this.#counts[i]!++;
    });
    this.#count++;
    this.#sum += value;
  }

  *samples(): Generator<Sample> {
    for (const [i, bound] of this.bounds.entries()) {
      yield { suffix: "_bucket", labels: { le: bound }, value: this.#counts[i]! };
    }
    yield { suffix: "_bucket", labels: { le: "+Inf" }, value: this.#count };
    yield { suffix: "_sum", value: this.#sum };
    yield { suffix: "_count", value: this.#count };
  }
}
