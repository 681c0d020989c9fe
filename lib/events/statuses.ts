/**
 * The statuses that the contract names (section 1); messages with any other text are landed, too.
 */

/** In the order in which an operation takes them. */
export const STATUSES: readonly string[] = [
  "queued",
  "in_progress",
  "blocked",
  "done",
  "chargeback",
];
