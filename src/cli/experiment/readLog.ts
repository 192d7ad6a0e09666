/**
 * The log of an experiment, JSONL: the lines that `assign` of firstlight/experiment gave, and the search engine's clicks,
 * `{"kind":"click","session":…,"query":…,"picture":…}`. Other lines are left alone. Pure.
 */
import type { Session } from "./difference.ts";
import type { Counts } from "./shrunkRate.ts";

export type ExperimentLog = {
  /** In the order in which the sessions began. */
  readonly sessions: readonly Session[];
  /** Of each session the lists in each arm. */
  readonly assigned: readonly (readonly [number, number])[];
  /** Counts of each picture, by cluster. */
  readonly clusters: ReadonlyMap<string, ReadonlyMap<string, Counts>>;
  /** Lines that are neither an assignment nor a click, and clicks on what was not shown. */
  readonly ignored: number;
};

type View = { readonly session: string; readonly arm: 0 | 1; readonly cluster: string; clicked: boolean };
type Json = Readonly<Record<string, unknown>>;

/** A list counts once, however often it was shown in its session; a picture in it is clicked or not. */
export function readLog(lines: Iterable<string>): ExperimentLog {
  const sessions = new Map<string, { views: [number, number]; clicks: [number, number]; lists: [number, number] }>();
  const views = new Map<string, View & { readonly picture: string }>();
  const seen = new Set<string>();
  let ignored = 0;
  for (const line of lines) {
    const record = parsed(line);
    const { kind, session, query } = record ?? {};
    if (record === null || typeof session !== "string" || typeof query !== "string") {
      ignored++;
    } else if (kind === "assigned") {
      const list = JSON.stringify([session, query]);
      if (seen.has(list)) continue;
      seen.add(list);
      const arm = record.arm === "mate" ? 1 : 0;
      const own = sessions.get(session) ?? { views: [0, 0], clicks: [0, 0], lists: [0, 0] };
      sessions.set(session, own);
      own.lists[arm]++;
      for (const slot of Array.isArray(record.slots) ? (record.slots as Json[]) : []) {
        const [cluster, picture] = [String(slot.cluster), String(slot.shown)];
        views.set(JSON.stringify([session, query, picture]), { session, arm, cluster, picture, clicked: false });
        own.views[arm]++;
      }
    } else if (kind === "click") {
      const view = views.get(JSON.stringify([session, query, String(record.picture)]));
      if (view === undefined) ignored++;
      else if (!view.clicked) {
        view.clicked = true;
        const own = sessions.get(session);
        if (own !== undefined) own.clicks[view.arm]++;
      }
    } else ignored++;
  }
  const withViews = [...sessions.values()].filter(({ views: [original, mate] }) => original + mate > 0);
  return {
    sessions: withViews.map(({ views: own, clicks }) => ({ views: own, clicks })),
    assigned: withViews.map(({ lists }) => lists),
    clusters: countsOf(views.values()),
    ignored,
  };
}

function parsed(line: string): Json | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Json) : null;
  } catch {
    return null;
  }
}

function countsOf(views: Iterable<View & { readonly picture: string }>): ExperimentLog["clusters"] {
  const clusters = new Map<string, Map<string, { views: number; clicks: number }>>();
  for (const { cluster, picture, clicked } of views) {
    const pictures = clusters.get(cluster) ?? new Map<string, { views: number; clicks: number }>();
    clusters.set(cluster, pictures);
    const counts = pictures.get(picture) ?? { views: 0, clicks: 0 };
    pictures.set(picture, counts);
    counts.views++;
    if (clicked) counts.clicks++;
  }
  return clusters;
}
