/** The operator's page as HTML. Without scripts it has all figures and no charts. Pure. */
import type { Report } from "../report/report.ts";
import { figuresHtml } from "./figures.ts";
import { escapeHtml } from "./format.ts";

/** The windows that can be chosen, in hours. */
export const HOURS = [1, 6, 24, 168] as const;
export const DEFAULT_HOURS = 24;

const WINDOWS = { 1: "last hour", 6: "last 6 hours", 24: "last day", 168: "last 7 days" } as const satisfies Record<
  (typeof HOURS)[number],
  string
>;

const CHARTS = {
  requests: "Readers' requests and hit ratio over time",
  latency: "Latency of readers over time",
} as const;

export type PageOptions = {
  readonly hours: (typeof HOURS)[number];
  /** How often the page asks for new figures. */
  readonly everySeconds: number;
  /** What is wrong, where the figures could not be read. */
  readonly problem: string | null;
};

/** `report` null: there are no figures. */
export function operatorDocument(report: Report | null, { hours, everySeconds, problem }: PageOptions): string {
  const option = (one: (typeof HOURS)[number]) =>
    `<option value="${one}"${one === hours ? " selected" : ""}>${WINDOWS[one]}</option>`;
  const chart = (name: keyof typeof CHARTS) => `<figure data-chart="${name}">
    <figcaption>${CHARTS[name]}</figcaption>
    <div class="plot" tabindex="0" role="group" aria-label="${CHARTS[name]}. Arrow keys move through time."></div>
    <p class="readout" role="status"></p>
  </figure>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Firstlight: the operator's page</title>
<link rel="stylesheet" href="/page/operator.css">
<link rel="icon" href="data:,">
<script type="module" src="/page/operator.js"></script>
</head>
<body data-every="${everySeconds}" data-hours="${hours}">
<header>
  ${report === null || report.resultsPage === null ? "" : `<p><a href="${escapeHtml(report.resultsPage)}">Back to the results page</a></p>\n  `}<h1>Firstlight: what readers get, and what it costs</h1>
  <form method="get" action="/operator">
    <label for="hours">Window</label>
    <select id="hours" name="hours">${HOURS.map(option).join("")}</select>
    <button type="submit">Show</button>
  </form>
</header>
<main>
  <p id="problem" role="status"${problem === null ? " hidden" : ""}>${escapeHtml(problem ?? "")}</p>
  <div class="charts">${chart("requests")}${chart("latency")}</div>
  <div id="figures">${report === null ? "" : figuresHtml(report)}</div>
  <noscript><p class="note">Scripts are off: there are no charts, and the page must be loaded again for new figures.</p></noscript>
</main>
</body>
</html>
`;
}
