/** Where the reader is, kept while parts of the page are made anew. */

/** Gives the focus back to the control that has it now, or to one of the same name that was made since. */
export function keptFocus(): () => void {
  const element = document.activeElement;
  const group = element?.parentElement?.closest("[id]");
  if (!(element instanceof HTMLElement) || group == null) return () => {};
  const name = nameOf(element);
  return () => {
    if (document.activeElement === element) return;
    const controls = [
      ...group.querySelectorAll<HTMLInputElement | HTMLButtonElement>("input, button"),
    ];
    const at = controls.findIndex((one) => nameOf(one) === name);
    // A button that has led to the last page is off then: the next one that is on.
    const [nearest] = controls.map((one, i) => ({ one, far: Math.abs(i - at) }))
      .filter(({ one }) => !one.disabled)
      .sort((one, other) => one.far - other.far);
    nearest?.one.focus({ preventScroll: true });
  };
}

function nameOf(element: HTMLElement): string {
  return element instanceof HTMLInputElement ? element.value : element.textContent ?? "";
}

/** Scrolls the window, and the boxes in it, back to where they are now. */
export function keptScroll(): () => void {
  const boxes = [...document.querySelectorAll(".scroll, .legend, .currencies")]
    .map((box) => ({ box, left: box.scrollLeft, top: box.scrollTop }))
    .filter(({ left, top }) => left !== 0 || top !== 0);
  const [left, top] = [scrollX, scrollY];
  return () => {
    for (const { box, left, top } of boxes) box.scrollTo(left, top);
    scrollTo(left, top);
  };
}
