/** Runs the race: loads three pictures with a hint and three without at the same moment. */
import type { Lanes, Runner } from "../race.ts";
import { KINDS, type Kind, median, milliseconds, provenanceOf } from "./provenance.ts";

type Finish = { readonly ms: number };

/** Connects the button of the section. */
export function watchRace(section: HTMLElement): void {
  const form = section.querySelector("form");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    if (button === null) return;
    button.disabled = true;
    await race(section, new FormData(form)).catch(() => say(section, "The race could not be run."));
    button.disabled = false;
  });
}

async function race(section: HTMLElement, choice: FormData): Promise<void> {
  say(section, "The API server is thinking …");
  const place = (document.getElementById("from") as HTMLSelectElement | null)?.value ?? "";
  const answer = await fetch(`/race.json?from=${place}&ms=${choice.get("ms")}`);
  const lanes = (await answer.json()) as Lanes;
  const finishes = await Promise.all(
    (["hinted", "plain"] as const).map((name) => {
      const lane = section.querySelector(`[data-lane="${name}"]`);
      return lane === null ? [] : run(lane, lanes[name]);
    }),
  );
  const longest = Math.max(...finishes.flat().map(({ ms }) => ms));
  for (const bar of section.querySelectorAll<HTMLElement>("[data-ms]")) {
    bar.style.width = `${(Number(bar.dataset.ms) / longest) * 100}%`;
  }
  const [hinted = null, plain = null] = finishes.map((lane) => median(lane.map(({ ms }) => ms)));
  if (hinted === null || plain === null) return;
  say(
    section,
    `From answer to picture, the middle one of three: ${milliseconds(hinted)} with a hint, ${milliseconds(plain)} without.`,
  );
}

/** Loads the pictures of one lane, and reports for each how long it took from now. */
function run(lane: Element, runners: readonly Runner[]): Promise<Finish[]> {
  const started = performance.now();
  const rows = runners.map(({ src, alt }) => {
    const item = document.createElement("li");
    const image = document.createElement("img");
    const bar = document.createElement("span");
    const note = document.createElement("p");
    image.alt = alt;
    item.append(image, bar, note);
    const finished = new Promise<Finish>((resolve, reject) => {
      image.addEventListener("error", () => reject(new Error(`${src} did not come`)));
      image.addEventListener("load", () => {
        const ms = performance.now() - started;
        const kind = kindOf(image.src);
        bar.dataset.ms = String(ms);
        note.textContent = kind === "unknown" ? milliseconds(ms) : `${milliseconds(ms)}, ${KINDS[kind]}`;
        resolve({ ms });
      });
    });
    image.src = src;
    return { item, finished };
  });
  lane.replaceChildren(...rows.map(({ item }) => item));
  return Promise.all(rows.map(({ finished }) => finished));
}

function kindOf(src: string): Kind {
  const entry = performance.getEntriesByName(src).at(-1);
  return entry instanceof PerformanceResourceTiming ? provenanceOf(entry.serverTiming).kind : "unknown";
}

function say(section: HTMLElement, text: string): void {
  const line = section.querySelector("[role=status]");
  if (line !== null) line.textContent = text;
}
