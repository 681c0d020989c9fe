/** The keys of the charts: the cursor and the choice of days without a mouse. */
import type { Days, Model } from "./model.ts";
import type { View } from "./view.ts";

export interface KeyEvents {
  /** The cursor is to stand at a point of the axis. */
  onCursor(place: number): void;
  /** Days are being chosen, from a point of the axis to another. */
  onChoosing(from: number, to: number): void;
  onDays(days: Days): void;
  onReset(): void;
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -7,
  PageDown: 7,
};

/** One for all charts, as they have one cursor. */
export class Keys {
  readonly #model: Model;
  readonly #events: KeyEvents;
  readonly #view: () => View;
  /** Where the cursor is, and where a choice began. */
  place: number | null = null;
  #anchor: number | null = null;

  constructor(model: Model, view: () => View, events: KeyEvents) {
    this.#model = model;
    this.#view = view;
    this.#events = events;
  }

  readonly handle = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { axis } = this.#model;
    const { days } = this.#view();
    const first = axis.findIndex((day) => day >= days.from);
    const last = axis.findLastIndex((day) => day <= days.to);
    if (first < 0 || last < first) return;
    if (event.key === "Escape") {
      if (this.#anchor === null) this.#events.onReset();
      this.#anchor = null;
    } else if (event.key === "Enter") {
      if (this.#anchor === null || this.place === null) return;
      const [from, to] = [this.#anchor, this.place].sort((one, other) => one - other);
      this.#anchor = null;
      this.#events.onDays({ from: axis[from!]!, to: axis[to!]! });
    } else {
      const at = this.place ?? (event.key === "ArrowRight" ? first - 1 : last + 1);
      const next = event.key === "Home" ? first : event.key === "End" ? last : step(at, event.key);
      if (next === undefined) return;
      const place = Math.min(Math.max(next, first), last);
      if (event.shiftKey) {
        this.#anchor ??= this.place ?? place;
        this.#events.onChoosing(this.#anchor, place);
      } else this.#anchor = null;
      this.place = place;
      this.#events.onCursor(place);
    }
    event.preventDefault();
  };
}

function step(at: number, key: string): number | undefined {
  const by = STEPS[key];
  return by === undefined ? undefined : at + by;
}
