/** What the contract knows of a transaction's status (section 1): any other text is landed too. */

/** In the order in which an operation takes them. */
export const STATUSES: readonly string[] = [
  "queued",
  "in_progress",
  "blocked",
  "done",
  "chargeback",
];
