import { expect, test } from "vitest";
import { histogram } from "../../../bench/race/figures/histogram.ts";

/** Without those of the legend, which stand above the plot. */
const bars = (svg: string, side: "on" | "off") => [
  ...svg.matchAll(
    new RegExp(`class="${side}" x="([\\d.]+)" y="[\\d.]+" width="(?!12")[\\d.]+" height="([\\d.]+)"`, "g"),
  ),
];

test("a bar for each bin of 10 ms that has values, as tall as its share of the highest", () => {
  const svg = histogram([{ title: "Here <&>", on: [5, 6, 25], off: [205] }]);
  const [low, high] = bars(svg, "on");
  expect(bars(svg, "on")).toHaveLength(2);
  expect(bars(svg, "off")).toHaveLength(1);
  expect(Number(low?.[2])).toBe(2 * Number(high?.[2]));
  expect(svg).toContain("Here &lt;&amp;>");
});

test("what is beyond the plot is counted in the last bin", () => {
  const on = [...Array.from({ length: 200 }, () => 50), 9_000];
  const svg = histogram([{ title: "a", on, off: [] }]);
  expect(bars(svg, "on")).toHaveLength(1);
});

test("without values it is a plot without bars", () => {
  const svg = histogram([{ title: "a", on: [], off: [] }]);
  expect([bars(svg, "on"), bars(svg, "off")]).toEqual([[], []]);
  expect(svg).not.toContain("NaN");
});
