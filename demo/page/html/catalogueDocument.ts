/** The page `/catalogue` as HTML. It is complete without scripts, except that it then has to be loaded again by hand. Pure. */
import type { RunState } from "../../run/state.ts";
import { escapeHtml } from "./escape.ts";
import { headOf } from "./head.ts";
import { PHASES, runFigures } from "./runFigures.ts";

export const WHAT_THE_RUN_IS =
  "A search engine shows pictures from other people’s servers. Here Firstlight makes the thumbnail of each picture of a " +
  "catalogue before anybody asks for it, at the pace that each server allows.";

export function catalogueDocument(state: RunState): string {
  const { phase, samples } = state;
  const { button, action, says } = PHASES[phase];
  return `<!doctype html>
<html lang="en">
${headOf(WHAT_THE_RUN_IS, "Firstlight: a whole catalogue, made ready", "catalogue")}
<body data-phase="${phase}">
<header>
  <a class="brand" href="/"><span class="sun" aria-hidden="true"></span>Firstlight</a>
  <h1>${WHAT_THE_RUN_IS}</h1>
</header>
<main class="run">
  <section class="run-head" aria-label="The run">
    <form method="post" action="/catalogue/${action ?? phase}"><button type="submit"${action === null ? ' aria-disabled="true"' : ""}>${escapeHtml(button)}</button></form>
    <p id="says" role="status">${escapeHtml(says)}</p>
  </section>
  <div id="figures">${runFigures(state)}</div>
  <section class="run-samples" aria-labelledby="samples-title" id="samples"${samples.length === 0 ? " hidden" : ""}>
    <h2 id="samples-title">Some of its pictures, asked for by your browser now: <span id="hits">each should be a hit</span></h2>
    <ul>${samples.map(({ src, alt }) => sample(src, alt)).join("")}</ul>
  </section>
  <noscript><p class="note">Scripts are off. Load the page again to see how the run goes on.</p></noscript>
</main>
<footer>
  <p>The Worker is the one that is deployed, on the stores of this machine. Its queue keeps messages in memory only, so a kill
  loses all of them; the run goes on from what is on disk. Only pictures that were under way are fetched a second time.</p>
</footer>
</body>
</html>
`;
}

export function sample(src: string, alt: string): string {
  return `<li><img src="${escapeHtml(src)}" alt="${escapeHtml(alt)}" width="160" height="107"><p data-how>on its way</p></li>`;
}
