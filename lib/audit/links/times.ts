/** Times as the two ends write them. */

/** Whether two naive times are the same, whatever separates date and time. */
export function sameTime(one: string, other: string): boolean {
  return timeOf(one).equals(timeOf(other));
}

function timeOf(text: string): Temporal.PlainDateTime {
  return Temporal.PlainDateTime.from(text.replace(" ", "T"));
}
