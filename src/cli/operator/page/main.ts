/** The script of the operator's page: new figures every so often, and the charts. */
import "./language.ts";
import type { Report } from "../report/report.ts";
import { CHART_LINES, SlotChart } from "./chart.ts";
import { figuresHtml } from "./figures.ts";

const { every, hours } = document.body.dataset;
const figures = document.getElementById("figures");
const problem = document.getElementById("problem");
const charts = Object.entries(CHART_LINES).flatMap(([name, lines]) => {
  const figure = document.querySelector<HTMLElement>(`[data-chart="${name}"]`);
  return figure === null ? [] : [new SlotChart(figure, lines)];
});

async function update(): Promise<void> {
  const answer = await fetch(`/operator/report.json?hours=${hours}`).catch(() => undefined);
  const value: unknown = await answer?.json().catch(() => undefined);
  if (answer?.ok !== true || value === undefined) {
    say(`No new figures: ${(value as { problem?: string } | undefined)?.problem ?? "this program does not answer"}`);
    return;
  }
  say("");
  const report = value as Report;
  const focused = document.activeElement?.id ?? "";
  if (figures !== null) figures.innerHTML = figuresHtml(report);
  // The tables are new elements. The keyboard stays where it was.
  if (focused !== "" && document.activeElement === document.body) document.getElementById(focused)?.focus();
  for (const chart of charts) chart.draw(report.slots);
  document.body.dataset.ready = "yes";
}

function say(text: string): void {
  if (problem === null) return;
  if (problem.textContent !== text) problem.textContent = text;
  problem.hidden = text === "";
}

document.getElementById("hours")?.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement) event.target.form?.requestSubmit();
});

// Each update waits for the one before.
const loop = () => {
  const again = () => setTimeout(loop, Number(every) * 1_000);
  if (document.hidden) again();
  else update().then(again, again);
};
loop();
