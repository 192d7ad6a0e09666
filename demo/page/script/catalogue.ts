/** The script of the page `/catalogue`: figures once a second, the button, and where the pictures of a finished run came from. */
import type { RunState } from "../../run/state.ts";
import { sample } from "../html/catalogueDocument.ts";
import { PHASES, runFigures } from "../html/runFigures.ts";
import { storeName } from "../stores.ts";
import { milliseconds, provenanceOf } from "./provenance.ts";

const EVERY_MS = 1_000;
/** Where the page's server says the reader is. */
const READER = { city: "Madrid", region: "weur" } as const;

const form = document.querySelector("form");
const button = document.querySelector("button");
const says = document.getElementById("says");
const figures = document.getElementById("figures");
const samples = document.getElementById("samples");
let shown = false;

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button?.getAttribute("aria-disabled") === "true") return;
  // Until the next state comes, a second press does nothing.
  button?.setAttribute("aria-disabled", "true");
  await fetch(form.action, { method: "POST", redirect: "manual" }).catch(() => undefined);
  await update();
});

async function update(): Promise<void> {
  const answer = await fetch("/catalogue/state.json").catch(() => undefined);
  if (answer?.ok !== true) return;
  const state = (await answer.json()) as RunState;
  const { button: label, action, says: sentence } = PHASES[state.phase];
  document.body.dataset.phase = state.phase;
  if (form !== null) form.action = `/catalogue/${action ?? state.phase}`;
  // The button stays the same element, so the keyboard's focus stays on it.
  if (button !== null) {
    if (button.textContent !== label) button.textContent = label;
    if (action === null) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
  // A screen reader reads this line when it changes, so it only changes with the phase.
  if (says !== null && says.textContent !== sentence) says.textContent = sentence;
  if (figures !== null) figures.innerHTML = runFigures(state);
  if (state.phase === "done" && !shown) showSamples(state.samples);
}

function showSamples(list: RunState["samples"]): void {
  if (samples === null || list.length === 0) return;
  shown = true;
  samples.hidden = false;
  const items = samples.querySelector("ul");
  if (items !== null) items.innerHTML = list.map(({ src, alt }) => sample(src, alt)).join("");
  let hits = 0;
  new PerformanceObserver((entries) => {
    for (const entry of entries.getEntries()) {
      if (!(entry instanceof PerformanceResourceTiming)) continue;
      const path = new URL(entry.name).pathname;
      const image = [...samples.querySelectorAll("img")].find((one) => new URL(one.src).pathname === path);
      const note = image?.parentElement?.querySelector<HTMLElement>("[data-how]");
      if (note == null || note.dataset.kind !== undefined) continue;
      const { kind, ms } = provenanceOf(entry.serverTiming);
      note.dataset.kind = kind;
      note.textContent = `${storeName(kind, READER)}${ms === null ? "" : `, ${milliseconds(ms)}`}`;
      if (kind !== "source" && kind !== "unknown") hits++;
      const text = document.getElementById("hits");
      if (text !== null) text.textContent = `${hits} of ${list.length} are hits`;
    }
  }).observe({ type: "resource", buffered: true });
}

// Each update waits for the one before.
const loop = () => {
  const again = () => setTimeout(loop, EVERY_MS);
  if (document.hidden) again();
  else update().then(again, again);
};
loop();
