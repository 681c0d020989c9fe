/** The keys of the charts: the cursor and the choice of days without a mouse. */
import type { Days, Model } from "./model.ts";
import type { View } from "./view.ts";

export interface KeyEvents {
  /** The cursor is to stand at a point of the axis. */
  onCursor(place: number): void;
  /** These days are being chosen, since the cursor moved or before; undefined: none any more. */
  onChoosing(days: Days | undefined): void;
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
  /** Where the cursor is. */
  place: number | null = null;
  /** Where a choice began that is under way. */
  anchor: number | null = null;

  constructor(model: Model, view: () => View, events: KeyEvents) {
    this.#model = model;
    this.#view = view;
    this.#events = events;
  }

  readonly handle = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") {
      if (this.anchor === null) this.#events.onReset();
      else this.#choose(null);
    } else if (event.key === "Enter") {
      const { chosen } = this;
      if (chosen === undefined) return;
      this.#choose(null);
      this.#events.onDays(chosen);
    } else {
      const { axis } = this.#model;
      const { days } = this.#view();
      const first = axis.findIndex((day) => day >= days.from);
      const last = axis.findLastIndex((day) => day <= days.to);
      // Within a long hole there is no point to stand at.
      if (first < 0 || last < first) return;
      const at = this.place ?? (event.key === "ArrowRight" ? first - 1 : last + 1);
      const next = event.key === "Home" ? first : event.key === "End" ? last : step(at, event.key);
      if (next === undefined) return;
      const place = Math.min(Math.max(next, first), last);
      const anchor = event.shiftKey ? this.anchor ?? this.place ?? place : null;
      if (anchor === null) this.#choose(null);
      this.place = place;
      this.#events.onCursor(place);
      if (anchor !== null) this.#choose(anchor);
    }
    event.preventDefault();
  };

  /** The days of the choice that is under way. */
  get chosen(): Days | undefined {
    if (this.anchor === null || this.place === null) return undefined;
    const [from, to] = [this.anchor, this.place].sort((one, other) => one - other);
    return { from: this.#model.axis[from!]!, to: this.#model.axis[to!]! };
  }

  /** Other days are shown: a choice ends, and a cursor that is not in them is nowhere. */
  leave(days: Days): void {
    this.#choose(null);
    const day = this.place === null ? undefined : this.#model.axis[this.place]!;
    if (day === undefined || day < days.from || day > days.to) this.place = null;
  }

  #choose(anchor: number | null): void {
    const isOver = anchor === null && this.anchor === null;
    this.anchor = anchor;
    if (!isOver) this.#events.onChoosing(this.chosen);
  }
}

function step(at: number, key: string): number | undefined {
  const by = STEPS[key];
  return by === undefined ? undefined : at + by;
}
