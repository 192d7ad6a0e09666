/** Every SQL of the docs, the dashboard and the alerts runs, and names the columns as what they are. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { POINT_BLOBS, POINT_DOUBLES, pointOf } from "../../src/record.ts";
import { newTrace } from "../../src/telemetry.ts";
import { analytics, sqlOf } from "../support/analytics.ts";

type Panel = {
  readonly id: number;
  readonly title: string;
  readonly gridPos: object;
  readonly targets: readonly { readonly query: string }[];
};
type Rule = {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly data: readonly {
    readonly refId: string;
    readonly model: { readonly query?: string; readonly type?: string };
  }[];
};

const read = (name: string) => readFileSync(name, "utf8");
const { panels } = JSON.parse(read("docs/operator/grafana/worker.json")) as { readonly panels: readonly Panel[] };
const rules = (
  JSON.parse(read("docs/operator/grafana/worker-alerts.json")) as {
    readonly groups: readonly { readonly rules: readonly Rule[] }[];
  }
).groups.flatMap((group) => group.rules);

const QUERIES: readonly (readonly [string, string])[] = [
  ...sqlOf(read("docs/operator/watch.md")).map((sql, i) => [`docs/operator/watch.md, query ${i + 1}`, sql] as const),
  ...panels.flatMap(({ title, targets }) => targets.map(({ query }) => [`panel "${title}"`, query] as const)),
  ...rules.flatMap(({ title, data }) =>
    data.flatMap(({ model }) => (model.query ? ([[`alert "${title}"`, model.query]] as const) : [])),
  ),
];

const NOW = Date.UTC(2026, 10, 28);
const table = analytics(
  [
    { point: pointOf({ ...newTrace("reader", "weur", "MAD"), status: 200, hit: "edge" }), at: NOW - 1_000 },
    { point: pointOf({ ...newTrace("warm", "weur", "MAD"), status: 200, outcome: "made" }), at: NOW - 2_000 },
  ],
  NOW,
);
const column = (name: string): string | undefined => {
  const [, kind, at] = /^(blob|double)(\d+)$/.exec(name) ?? [];
  return (kind === "blob" ? POINT_BLOBS : POINT_DOUBLES)[Number(at) - 1];
};

describe.each(QUERIES)("%s", (_, sql) => {
  test("runs, and gives rows", () => {
    expect(table.query(sql).length).toBeGreaterThanOrEqual(0);
  });
  test("names only columns that are written, and a column's alias is its name", () => {
    const named = sql.match(/\b(blob|double)\d+\b/g) ?? [];
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => column(name) === undefined)).toEqual([]);
    for (const [, name = "", alias] of sql.matchAll(/(?<!\()\b((?:blob|double)\d+) AS (\w+)/g)) {
      expect(alias).toBe(column(name));
    }
  });
  test("compares a column only with values that it can have", () => {
    for (const [, name = "", value = ""] of sql.matchAll(/(blob\d+) = '([^']*)'/g)) {
      const known = KNOWN[column(name) as keyof typeof KNOWN];
      expect(known).toContain(value);
    }
  });
});

/** Values that queries may compare with. */
const KNOWN = {
  audience: ["reader", "warm", "background", "job"],
  reason: ["ok", "misconfigured", "internal", "queue_full"],
  outcome: ["made", "present", "expired", "refused", "failed"],
  door: ["warm"],
} as const;

describe("Grafana's files", () => {
  test("each panel has a position, queries and an id of its own", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { gridPos, targets } of panels) {
      expect(Object.keys(gridPos).sort()).toEqual(["h", "w", "x", "y"]);
      expect(targets.length).toBeGreaterThan(0);
    }
  });
  test("each alert has an id of its own and a threshold over its query", () => {
    expect(rules.length).toBeGreaterThan(5);
    expect(new Set(rules.map(({ uid }) => uid)).size).toBe(rules.length);
    for (const { condition, data } of rules) {
      expect(data.find(({ refId }) => refId === condition)?.model.type).toBe("threshold");
      expect(data.find(({ refId }) => refId === "A")?.model.query).toMatch(/AS value FROM firstlight/);
    }
  });
  test("an alert's query gives one number", () => {
    for (const { data } of rules) {
      const rows = table.query(data[0]?.model.query ?? "");
      expect(rows.map((row) => Object.keys(row))).toEqual([["value"]]);
    }
  });
});
