/** How long a picture stays fresh. */
import { whole } from "../read.ts";
import type { SomeSettings } from "../setting.ts";

const DAY = 86_400;

export const FRESHNESS = {
  minFreshSeconds: {
    variable: "MIN_FRESH",
    read: whole(0, 3650 * DAY),
    fallback: 3600,
    doc: "Least time a picture stays fresh, in seconds, whatever its source says",
  },
  maxFreshSeconds: {
    variable: "MAX_FRESH",
    read: whole(1, 3650 * DAY),
    fallback: 30 * DAY,
    doc: "Most time a picture stays fresh, in seconds",
  },
  staleWhileRevalidateSeconds: {
    variable: "STALE_WHILE_REVALIDATE",
    read: whole(0, 3650 * DAY),
    fallback: 7 * DAY,
    doc: "Seconds after a picture became stale in which it is still served at once, while the source is asked again; `stale-while-revalidate` of our answers (RFC 5861)",
  },
  staleIfErrorSeconds: {
    variable: "STALE_IF_ERROR",
    read: whole(0, 3650 * DAY),
    fallback: 365 * DAY,
    doc: "Seconds after a picture became stale in which it is still served if its source fails; `stale-if-error` of our answers",
  },
} as const satisfies SomeSettings;
