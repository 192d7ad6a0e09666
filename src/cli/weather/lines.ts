/** The weather for people, a line each. Pure. */

import type { WeatherAnswer } from "../../weather/answer.ts";
import { RULES } from "../../weather/rules.ts";
import type { ColoView, WeatherView } from "../../weather/view.ts";
import { counted } from "../counted.ts";

/** `now` in unix ms. */
export function weatherLines({ on, weather, views = [], regions }: WeatherAnswer, now: number): readonly string[] {
  const { version, colos, moving, set, freeze, exclude } = weather;
  const state = on
    ? freeze
      ? "on, frozen"
      : "on"
    : "off (WEATHER=off, or fewer than two regions): nothing is decided";
  const moved = Object.entries(colos).map(([colo, region]) => `moved    ${colo} -> ${region}${besideOf(moving[colo])}`);
  // Who goes back reads the table's region again.
  const back = Object.entries(moving)
    .filter(([colo]) => !Object.hasOwn(colos, colo) && !Object.hasOwn(set, colo))
    .map(([colo, region]) => `back     ${colo} -> the table's region${besideOf(region)}`);
  const fixed = Object.entries(set).map(([colo, region]) => `set      ${colo} -> ${region}`);
  const all = [...moved, ...back, ...fixed];
  return [
    `weather  ${state}; map version ${version}; regions ${regions.join(", ")}`,
    ...(exclude.length === 0 ? [] : [`excluded ${exclude.join(", ")}`]),
    ...(all.length === 0 ? ["Every data centre reads the region of the fixed table."] : all),
    ...views.flatMap((view, at) => viewLines(view, regions[at] ?? "", now)),
  ];
}

function besideOf(region: string | undefined): string {
  return region === undefined ? "" : `, ${region} is still read beside`;
}

const NEEDED = `a decision needs ${RULES.samples} reads in a minute, from at least ${RULES.isolates} isolates`;

function viewLines(view: WeatherView | null, region: string, now: number): readonly string[] {
  if (view === null) return [`${region}: its object does not answer`];
  if (view.at === 0) return [`${region}: nothing is known yet (${NEEDED})`];
  const colos = Object.entries(view.colos).sort(([a], [b]) => (a < b ? -1 : 1));
  const heard = `decided ${Math.max(0, Math.round((now - view.at) / 1000))} s ago`;
  return [
    `${region}: ${heard}, ${counted(colos.length, "data centre")}`,
    ...colos.map(([colo, one]) => coloLine(colo, one, now)),
  ];
}

function coloLine(colo: string, { usualMs, changeMs, gainMs, movedAt }: ColoView, now: number): string {
  const usual = Object.entries(usualMs).map(([store, ms]) => `${store} ${Math.round(ms)}`);
  const parts = [
    usual.length === 0 ? "too few reads" : `usually ${usual.join(", ")} ms`,
    changeMs === null ? null : `now ${changeMs < 0 ? "" : "+"}${Math.round(changeMs)} ms`,
    movedAt === null ? null : `moved ${Math.round((now - movedAt) / 60_000)} min ago`,
    gainMs === null ? null : `gained ${Math.round(gainMs)} ms`,
  ];
  return `  ${colo}  ${parts.filter((part) => part !== null).join("; ")}`;
}
