/** The report's figures as HTML. The server writes them into the page, and the page's script writes them anew. Pure. */
import type { HostRow } from "../report/hosts.ts";
import type { Report, Tiers } from "../report/report.ts";
import {
  bytesText,
  type Column,
  dollarsText,
  escapeHtml,
  msText,
  numberText,
  percentText,
  tableHtml,
  timeText,
} from "./format.ts";

export function figuresHtml(report: Report): string {
  return `${headHtml(report)}
  <div class="columns">
    ${section("Dollars", dollarsHtml(report))}
    ${section("Hit ratio by region", tiersHtml(report.tiers))}
    ${section("Latency by tier", latencyHtml(report))}
    ${section("Readers' errors", tableHtml("Readers' errors", ERRORS, report.errors))}
    ${section("Hints", hintsHtml(report))}
    ${section("Jobs and catalogue runs", jobsHtml(report))}
    ${section("Region map", weatherHtml(report))}
  </div>
  ${section("Sources", `<p>${bytesText(report.bytes.in)} fetched, ${bytesText(report.bytes.saved)} saved by providers' own smaller sizes, ${bytesText(report.bytes.out)} sent.</p>${tableHtml("Sources", HOSTS, report.hosts)}`)}
  ${section("Breakers and governors", tableHtml("Breakers and governors", RESTRAINT, report.hosts.filter(isHeldBack)))}`;
}

function section(title: string, body: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${body}</section>`;
}

function headHtml(report: Report): string {
  const { window, madeAt, deployment, sampling, views, hitRatio, dollars } = report;
  const sum = (of: (one: Report["dollars"][number]) => number) => dollars.reduce((total, one) => total + of(one), 0);
  const perMillion = views === 0 ? null : sum((one) => one.perMillion ?? 0);
  const figures = [
    ["Hit ratio of readers", percentText(hitRatio), "hit-ratio"],
    ["Views", numberText(views), "views"],
    ["Dollars per million views", dollarsText(perMillion), "per-million"],
    ["Dollars today so far", dollarsText(sum((one) => one.today)), "today"],
  ] as const;
  const all = sampling <= 1 ? "every point is there" : `a point stands for up to ${numberText(sampling)} requests`;
  const hours = (window.to - window.from) / 3_600;
  return `<dl class="key">${figures.map(([name, value, id]) => `<div><dt>${name}</dt><dd data-figure="${id}">${value}</dd></div>`).join("")}</dl>
  <p class="note">The last ${hours === 1 ? "hour" : `${numberText(hours)} hours`} up to ${timeText(madeAt)}; ${all}. ${escapeHtml(deployment)}${viewsHtml(report)}</p>`;
}

/** What to do for figures that say more: nobody has asked yet, or all views were first views. */
function viewsHtml({ slots, views, hitRatio, resultsPage }: Report): string {
  const page = resultsPage === null ? "" : `<a href="${escapeHtml(resultsPage)}">the results page</a>`;
  if (slots.length === 0) return page === "" ? " No reader has asked yet." : ` No reader has asked yet: open ${page}.`;
  if (views === 0 || hitRatio !== 0) return "";
  const again = page === "" ? "" : ` Load ${page} again: stored pictures are hits.`;
  return ` All of these were first views, which cost the most.${again}`;
}

function dollarsHtml({ dollars, pricesRead, cpuMissing }: Report): string {
  const total = (of: (one: Report["dollars"][number]) => number | null) =>
    dollars.some((one) => of(one) === null) ? null : dollars.reduce((sum, one) => sum + (of(one) ?? 0), 0);
  const rows = [
    ...dollars.map(({ label, isEstimated, perMillion, today }) => ({
      label: isEstimated ? `${label} (estimated)` : label,
      ...{ perMillion, today },
    })),
    { label: "Total", perMillion: total((one) => one.perMillion), today: total((one) => one.today) },
  ];
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { head: "item", cell: ({ label }) => label },
    { head: "per million views", cell: ({ perMillion }) => dollarsText(perMillion), isNumber: true },
    { head: "today (UTC) so far", cell: ({ today }) => dollarsText(today), isNumber: true },
  ];
  const cpu = cpuMissing === null ? "" : ` CPU time is estimated: ${escapeHtml(cpuMissing)}`;
  return `${tableHtml("Dollars", columns, rows)}
  <p class="note">List prices of ${escapeHtml(pricesRead)}, without what a plan includes and without storage.${cpu}</p>`;
}

function tiersHtml(tiers: readonly Tiers[]): string {
  const names = [...new Set(tiers.flatMap(({ answers }) => Object.keys(answers)))];
  const columns: readonly Column<Tiers>[] = [
    { head: "region", cell: ({ region }) => region || "unknown" },
    { head: "hit ratio", cell: ({ hitRatio }) => percentText(hitRatio), isNumber: true },
    ...names.map((name) => ({
      head: name,
      cell: ({ answers }: Tiers) => numberText(answers[name] ?? 0),
      isNumber: true,
    })),
  ];
  return tableHtml("Hit ratio by region", columns, tiers);
}

function latencyHtml({ latency }: Report): string {
  return tableHtml(
    "Latency by tier",
    [
      { head: "answered from", cell: ({ answer }) => answer },
      { head: "pictures", cell: ({ requests }) => numberText(requests), isNumber: true },
      { head: "p50", cell: ({ p50 }) => msText(p50), isNumber: true },
      { head: "p95", cell: ({ p95 }) => msText(p95), isNumber: true },
      { head: "p99", cell: ({ p99 }) => msText(p99), isNumber: true },
    ],
    latency,
  );
}

const ERRORS: readonly Column<Report["errors"][number]>[] = [
  { head: "code", cell: ({ name }) => name },
  { head: "requests", cell: ({ count }) => numberText(count), isNumber: true },
];

const HOSTS: readonly Column<HostRow>[] = [
  { head: "host", cell: ({ host }) => host },
  { head: "fetches", cell: ({ fetches }) => numberText(fetches), isNumber: true },
  { head: "p50", cell: ({ p50 }) => msText(p50), isNumber: true },
  { head: "p95", cell: ({ p95 }) => msText(p95), isNumber: true },
  { head: "failures", cell: ({ failures }) => numberText(failures), isNumber: true },
  {
    head: "by reason",
    cell: ({ reasons }) => reasons.map(([name, count]) => `${name} ${numberText(count)}`).join(", "),
  },
  { head: "answered from a remembered failure", cell: ({ remembered }) => numberText(remembered), isNumber: true },
  { head: "bytes", cell: ({ bytesIn }) => bytesText(bytesIn), isNumber: true },
  { head: "bytes saved", cell: ({ bytesSaved }) => bytesText(bytesSaved), isNumber: true },
];

const RESTRAINT: readonly Column<HostRow>[] = [
  { head: "host", cell: ({ host }) => host },
  { head: "refused by an open breaker", cell: ({ breakerOpen }) => numberText(breakerOpen), isNumber: true },
  { head: "calls of the governor", cell: ({ governorCalls }) => numberText(governorCalls), isNumber: true },
  { head: "misses that waited", cell: ({ waited }) => numberText(waited), isNumber: true },
  { head: "mean wait", cell: ({ waited, meanWaitMs }) => (waited === 0 ? "" : msText(meanWaitMs)), isNumber: true },
  { head: "gave up (saturated)", cell: ({ saturated }) => numberText(saturated), isNumber: true },
  { head: "governor out of reach", cell: ({ unreachable }) => numberText(unreachable), isNumber: true },
];

function isHeldBack({ breakerOpen, governorCalls, waited, saturated, unreachable }: HostRow): boolean {
  return breakerOpen + governorCalls + waited + saturated + unreachable > 0;
}

function hintsHtml({ hints: { outcomes, advice, isCut } }: Report): string {
  const table = tableHtml(
    "Hints",
    [
      { head: "region", cell: ({ region }) => region || "unknown" },
      { head: "outcome", cell: ({ outcome }) => outcome },
      { head: "hints", cell: ({ hints }) => numberText(hints), isNumber: true },
    ],
    outcomes,
  );
  const cut = isCut ? ["There are more hints than were read; the figures are of a part of them."] : [];
  return table + [...advice, ...cut].map((line) => `<p>${escapeHtml(line)}</p>`).join("");
}

function jobsHtml({ jobs, runs }: Report): string {
  const left = (seconds: number | null) => (seconds === null ? "unknown" : `${numberText(seconds / 60)} minutes`);
  const runTable = tableHtml(
    "Catalogue runs",
    [
      { head: "run", cell: ({ run }) => run },
      { head: "state", cell: ({ state }) => state },
      { head: "done", cell: ({ done, pictures }) => `${numberText(done)} of ${numberText(pictures)}`, isNumber: true },
      { head: "dollars", cell: ({ dollars }) => dollarsText(dollars), isNumber: true },
      {
        head: "time left",
        cell: ({ state, secondsLeft }) => (state === "done" ? "" : left(secondsLeft)),
        isNumber: true,
      },
    ],
    runs,
  );
  const jobTable = tableHtml(
    "Jobs",
    [
      { head: "job", cell: ({ door }) => door || "other" },
      { head: "done", cell: ({ jobs: count }) => numberText(count), isNumber: true },
      { head: "failed", cell: ({ failed }) => numberText(failed), isNumber: true },
      { head: "p50", cell: ({ p50 }) => msText(p50), isNumber: true },
      { head: "p95", cell: ({ p95 }) => msText(p95), isNumber: true },
    ],
    jobs,
  );
  return `${runs.length === 0 ? "<p>No catalogue run is watched.</p>" : runTable}${jobTable}`;
}

function weatherHtml({ weather }: Report): string {
  if (weather === "unknown") return "<p>Unknown: /regions did not answer.</p>";
  if (weather === null) return "<p>The fixed table is in force: each data centre reads the region that is near it.</p>";
  const moved = Object.entries(weather.colos);
  const map = `<p>Version ${numberText(weather.version)}: ${moved.length === 0 ? "no data centre" : numberText(moved.length)} differs from the fixed table.</p>`;
  if (moved.length === 0) return map;
  return (
    map +
    tableHtml(
      "Region map",
      [
        { head: "data centre", cell: ([colo]: readonly [string, string]) => colo },
        { head: "reads", cell: ([, region]) => region },
      ],
      moved,
    )
  );
}
