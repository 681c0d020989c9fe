/** A date that is typed as ISO, whatever the reader's locale, or picked in the browser's calendar. */
import { byId } from "./element.ts";
import type { Calendar } from "./dates.ts";

/** On a text whose reader is typing: on the element, because newer data brings another input. */
const TYPED = "data-typed";

/** In the elements `ID`, a text, `ID-pick`, a button, and `ID-calendar`, a date that only picks. */
export class DateInput {
  readonly #text: HTMLInputElement;
  readonly #picker: HTMLInputElement;
  readonly #calendar: Calendar;
  #shown = "";

  /** @param onDay told of a day that was typed to its end, or picked */
  constructor(
    id: string,
    calendar: Calendar,
    { from, to }: { from: number; to: number },
    onDay: (day: number) => void,
  ) {
    this.#text = byId<HTMLInputElement>(id);
    this.#picker = byId<HTMLInputElement>(`${id}-calendar`);
    this.#calendar = calendar;
    this.#picker.min = calendar.iso(from);
    this.#picker.max = calendar.iso(to);
    this.#text.oninput = () => {
      this.#text.toggleAttribute(TYPED, true);
      this.#say("");
    };
    this.#text.onchange = () => {
      const day = calendar.day(this.#text.value.trim());
      if (day === undefined) return this.#say("Write a date as YYYY-MM-DD");
      this.#text.toggleAttribute(TYPED, false);
      onDay(day);
    };
    this.#picker.onchange = () => {
      const day = calendar.day(this.#picker.value);
      if (day !== undefined) onDay(day);
    };
    byId(`${id}-pick`).onclick = () => {
      this.#picker.value = this.#shown;
      this.#picker.showPicker();
    };
  }

  /** Leaves what is being typed, also a whole date that was not entered yet. */
  show(day: number): void {
    this.#shown = this.#calendar.iso(day);
    if (document.activeElement === this.#text && this.#text.hasAttribute(TYPED)) return;
    this.#text.toggleAttribute(TYPED, false);
    this.#text.value = this.#shown;
    this.#say("");
  }

  #say(wrong: string): void {
    this.#text.setCustomValidity(wrong);
    this.#text.ariaInvalid = String(wrong !== "");
    if (wrong !== "") this.#text.reportValidity();
  }
}
