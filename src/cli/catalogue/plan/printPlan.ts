/** A plan as lines for a person. Pure. */
import { BROKEN, type BrokenLine, type BrokenReason, SKIPPED, type SkippedReason } from "../manifest/broken.ts";
import type { HostPlan, Plan } from "./plan.ts";

export function planLines(plan: Plan): readonly string[] {
  const { pictures, hosts, beyond, days, bytes, dollars, byHost } = plan;
  const [slowest] = byHost;
  return [
    `${number(pictures)} pictures on ${number(hosts)} ${hosts === 1 ? "host" : "hosts"}, of ${number(plan.lines)} lines`,
    ...skippedLines(plan.skipped),
    ...brokenLines(plan.broken.byReason, plan.broken.examples),
    "",
    ...table(byHost),
    ...(hosts > byHost.length
      ? [
          `${number(hosts - byHost.length)} more ${hosts - byHost.length === 1 ? "host ends" : "hosts end"} earlier (--hosts all lists them)`,
        ]
      : []),
    ...(beyond === 0
      ? []
      : [`${number(beyond)} pictures are on further hosts. The table of hosts is full, so their days are not known.`]),
    "",
    `Ends after ${daysText(days)}${slowest === undefined ? "" : `, with ${slowest.host}`}. To fetch: ${bytesText(bytes)} in ${number(plan.requests)} requests.`,
    `Costs about $${dollars.total.toFixed(2)}: $${dollars.perMillion.toFixed(2)} a million (list prices of ${dollars.pricesRead}, no free allowances).`,
    `Then $${dollars.storageMonth.toFixed(2)} a month for what is stored.`,
    `Assumed: ${plan.assumed.bytesPerPixel} bytes a pixel, ${bytesText(plan.assumed.originalBytes)} for an original of unknown size, ${plan.assumed.exchangeMs} ms a request.`,
    ...(byHost.some(({ pacedBy }) => pacedBy === "default")
      ? [
          "Hosts with the pace `default` have no rule. For more, write to them, and put what they allow into the live settings.",
        ]
      : []),
  ];
}

export function brokenLines(
  byReason: Readonly<Partial<Record<string, number>>>,
  examples: readonly BrokenLine[],
): readonly string[] {
  return Object.entries(byReason).flatMap(([reason, count]) => [
    `broken: ${number(count ?? 0)} (${reason}: ${BROKEN[reason as BrokenReason]})`,
    ...examples
      .filter((one) => one.reason === reason)
      .flatMap(({ file, line, text, headerAdvice }) => [
        `  ${file}:${line}: ${text}`,
        ...(headerAdvice === undefined ? [] : [`  this looks like a header line: name the columns, ${headerAdvice}`]),
      ]),
  ]);
}

export function skippedLines(skipped: Readonly<Partial<Record<string, number>>>): readonly string[] {
  return Object.entries(skipped).map(
    ([reason, count]) => `skipped: ${number(count ?? 0)} ${SKIPPED[reason as SkippedReason]}`,
  );
}

const COLUMNS = ["host", "pictures", "a second", "pace", "days", "to fetch", "dollars"] as const;

function table(hosts: readonly HostPlan[]): readonly string[] {
  const rows = hosts.map(({ host, group, pacedBy, pictures, perSecond, days, bytes, dollars }) => [
    group === host ? host : `${host} (${group})`,
    number(pictures),
    rateText(perSecond),
    pacedBy,
    daysText(days),
    bytesText(bytes),
    dollars.toFixed(2),
  ]);
  const lines = [COLUMNS, ...rows];
  const widths = COLUMNS.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, at) => (at === 0 || at === 3 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

/** 1 234 567. */
export function number(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, " ");
}

function rateText(perSecond: number): string {
  return perSecond >= 10 ? perSecond.toFixed(0) : perSecond >= 0.1 ? perSecond.toFixed(1) : perSecond.toFixed(3);
}

export function daysText(days: number): string {
  if (days >= 10) return `${number(days)} days`;
  if (days >= 1) return `${days.toFixed(1)} days`;
  const hours = days * 24;
  if (hours >= 1) return `${hours.toFixed(1)} h`;
  return hours * 60 >= 1 ? `${(hours * 60).toFixed(0)} min` : `${(hours * 3_600).toFixed(0)} s`;
}

export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"] as const;
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[power]}`;
}
