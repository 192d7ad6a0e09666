/** The page's script: served as it is, types stripped, no bundler. */
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

// Another place is another visitor at once; the button does the same for who has no script.
const from = document.getElementById("from");
if (from instanceof HTMLSelectElement) from.addEventListener("change", () => from.form?.requestSubmit());
