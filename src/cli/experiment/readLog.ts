/**
 * The log of an experiment, JSONL: the lines that `assign` of firstlight/experiment gave, and the search engine's clicks,
 * `{"kind":"click","session":…,"query":…,"picture":…}`. Other lines are counted as ignored. Pure.
 */
import type { Session } from "./difference.ts";
import type { Counts } from "./shrunkRate.ts";

/** `mateViews`: those of `views` in which the picture was shown as the mate of another one. */
export type PictureCounts = Counts & { readonly mateViews: number };

export type ExperimentLog = {
  /** The names of all experiments in the log, in their order. A line without a name has the name "". */
  readonly experiments: readonly string[];
  /** In the order in which the sessions began. */
  readonly sessions: readonly Session[];
  /** Of each session the lists in each arm. */
  readonly assigned: readonly (readonly [number, number])[];
  /** Counts of each picture, by cluster. */
  readonly clusters: ReadonlyMap<string, ReadonlyMap<string, PictureCounts>>;
  /** Lines that are neither an assignment nor a click, and clicks on what was not shown. */
  readonly ignored: number;
  /** The first of these lines, from 1, and what is wrong with it; null = there is none. */
  readonly firstIgnored: { readonly line: number; readonly why: string } | null;
};

type View = { readonly session: string; readonly arm: 0 | 1; readonly cluster: string; clicked: boolean };
type Json = Readonly<Record<string, unknown>>;

/**
 * A list counts once, however often it was shown in its session; a picture in it is clicked or not. `experiment`: only the
 * lists of this experiment and the clicks on them count; null = all.
 */
export function readLog(lines: Iterable<string>, experiment: string | null = null): ExperimentLog {
  const experiments = new Set<string>();
  /** What only lists of other experiments have shown. */
  const shownElsewhere = new Set<string>();
  const sessions = new Map<string, { views: [number, number]; clicks: [number, number]; lists: [number, number] }>();
  const views = new Map<string, View & { readonly picture: string }>();
  const seen = new Set<string>();
  let [ignored, at] = [0, 0];
  let firstIgnored: ExperimentLog["firstIgnored"] = null;
  const ignore = (why: string) => {
    ignored++;
    firstIgnored ??= { line: at, why };
  };
  for (const line of lines) {
    at++;
    if (line === "") continue;
    const record = parsed(line);
    const { kind, session, query } = record ?? {};
    if (record === null) ignore("no JSON object");
    else if (kind !== "assigned" && kind !== "click") ignore('its kind is neither "assigned" nor "click"');
    else if (typeof session !== "string" || typeof query !== "string") ignore("it has no session or no query");
    else if (kind === "assigned") {
      const slots = Array.isArray(record.slots) ? (record.slots as Json[]) : [];
      const name = String(record.experiment ?? "");
      experiments.add(name);
      if (experiment !== null && name !== experiment) {
        for (const slot of slots) shownElsewhere.add(JSON.stringify([session, query, String(slot.shown)]));
        continue;
      }
      const list = JSON.stringify([session, query]);
      if (seen.has(list)) continue;
      seen.add(list);
      const arm = record.arm === "mate" ? 1 : 0;
      const own = sessions.get(session) ?? { views: [0, 0], clicks: [0, 0], lists: [0, 0] };
      sessions.set(session, own);
      own.lists[arm]++;
      for (const slot of slots) {
        const [cluster, picture] = [String(slot.cluster), String(slot.shown)];
        views.set(JSON.stringify([session, query, picture]), { session, arm, cluster, picture, clicked: false });
        own.views[arm]++;
      }
    } else {
      const key = JSON.stringify([session, query, String(record.picture)]);
      const view = views.get(key);
      if (view === undefined) {
        if (!shownElsewhere.has(key)) ignore("a click on a picture that no list before it has shown");
      } else if (!view.clicked) {
        view.clicked = true;
        const own = sessions.get(session);
        if (own !== undefined) own.clicks[view.arm]++;
      }
    }
  }
  const withViews = [...sessions.values()].filter(({ views: [original, mate] }) => original + mate > 0);
  return {
    experiments: [...experiments],
    sessions: withViews.map(({ views: own, clicks }) => ({ views: own, clicks })),
    assigned: withViews.map(({ lists }) => lists),
    clusters: countsOf(views.values()),
    ...{ ignored, firstIgnored },
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
  type Open = { views: number; clicks: number; mateViews: number };
  const clusters = new Map<string, Map<string, Open>>();
  for (const { cluster, picture, arm, clicked } of views) {
    const pictures = clusters.get(cluster) ?? new Map<string, Open>();
    clusters.set(cluster, pictures);
    const counts = pictures.get(picture) ?? { views: 0, clicks: 0, mateViews: 0 };
    pictures.set(picture, counts);
    counts.views++;
    counts.mateViews += arm;
    if (clicked) counts.clicks++;
  }
  return clusters;
}
