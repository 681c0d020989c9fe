/** All experiments, in the order in which they are tried. */
import type { Group } from "./experiment.ts";
import { COPY } from "./groups/copy.ts";
import { ERRORS } from "./groups/errors.ts";
import { LENGTH } from "./groups/length.ts";
import { LIMITS } from "./groups/limits.ts";
import { LOCKS } from "./groups/locks.ts";
import { MART } from "./groups/mart.ts";
import { RATES } from "./groups/rates.ts";
import { RIGHTS } from "./groups/rights.ts";
import { SESSION } from "./groups/session.ts";
import { SHAPE } from "./groups/shape.ts";
import { STREAMS } from "./groups/streams.ts";
import { SWAP } from "./groups/swap.ts";
import { VALUES } from "./groups/values.ts";

export const GROUPS: readonly Group[] = [
  RIGHTS,
  SESSION,
  LIMITS,
  LOCKS,
  COPY,
  LENGTH,
  STREAMS,
  RATES,
  SHAPE,
  SWAP,
  VALUES,
  MART,
  ERRORS,
];
