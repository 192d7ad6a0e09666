/** The page's script. The server sends it without its types and without a bundler. */
import { watchCards } from "./cards.ts";
import { watchRace } from "./race.ts";
import { watchSearch } from "./search.ts";
import { watchSources } from "./sources.ts";
import { showSummary } from "./summary.ts";

const grid = document.getElementById("grid");
const box = document.getElementById("q");
if (grid !== null) watchCards(grid, (arrivals) => showSummary(arrivals, grid.querySelectorAll(".card").length));
if (grid !== null && box instanceof HTMLInputElement) watchSearch(box, grid);
watchSources();
const race = document.getElementById("race");
if (race !== null) watchRace(race);

// A new place loads the page again at once. Without scripts the button does that.
const from = document.getElementById("from");
if (from instanceof HTMLSelectElement) from.addEventListener("change", () => from.form?.requestSubmit());
