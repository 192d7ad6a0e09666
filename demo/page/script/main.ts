/** The page's script. `demo/page/assets.ts` bundles it. */
import { watchCards } from "./cards.ts";
import { watchRace } from "./race.ts";
import { watchSearch } from "./search.ts";
import { refresh, watchSources } from "./sources.ts";
import { showLastLoad, showSummary } from "./summary.ts";

/** How long the cookie of the screen is kept. */
const KEPT_MS = 365 * 86_400_000;

const grid = document.getElementById("grid");
const box = document.getElementById("q");
const { city = "", region = "", direct } = document.body.dataset;
showLastLoad();
if (grid !== null) {
  const total = grid.querySelectorAll(".card").length;
  watchCards(grid, { city, region }, direct !== undefined, (arrivals) => {
    showSummary(arrivals, total);
    if (arrivals.length === total) refresh().catch(() => undefined);
  });
}
if (grid !== null && box instanceof HTMLInputElement) watchSearch(box, grid);
watchSources();
const race = document.getElementById("race");
if (race !== null) watchRace(race);

// The server reads it at the next load: `hintPage` then knows which files this browser will choose.
const remember = () => {
  const [name, value] = ["screen", `${innerWidth}x${devicePixelRatio}`];
  window.cookieStore?.set({ name, value, path: "/", sameSite: "lax", expires: Date.now() + KEPT_MS });
};
remember();
addEventListener("resize", remember);

// A new place loads the page again at once. Without scripts the button does that.
const from = document.getElementById("from");
if (from instanceof HTMLSelectElement) from.addEventListener("change", () => from.form?.requestSubmit());
