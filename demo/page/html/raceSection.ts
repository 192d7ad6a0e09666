/** The race as HTML: its settings, and places for its results, which the page's script fills. Pure. */
import type { RacePlace } from "../../places.ts";
import { escapeHtml } from "./escape.ts";

const THINKING_MS = [50, 100, 200, 400] as const;
const RUNS = [1, 5, 20] as const;

export function raceSection(places: readonly RacePlace[], chosen: string): string {
  const options = places.map(
    ({ name, city }) => `<option value="${name}"${name === chosen ? " selected" : ""}>${escapeHtml(city)}</option>`,
  );
  return `<details id="race" class="race">
    <summary><h2>The race: with a hint, and without</h2></summary>
    <p>The server that writes a page knows its pictures before the reader’s browser does. It sends a <em>hint</em> to the warmer,
    and the warmer has the pictures copied to the store near the reader while the server is still thinking. Here a reader far
    away opens pages of 6 pictures that only the primary store in Ashburn has: with a hint, and without.</p>
    <form action="/" method="get">
      <label>Reader in <select name="place">${options.join("")}</select></label>
      <label>The page takes <select name="think">${THINKING_MS.map((ms) => `<option value="${ms}"${ms === 100 ? " selected" : ""}>${ms} ms</option>`).join("")}</select></label>
      <label>Warmer <select name="warmer"><option value="both" selected>on, then off</option><option value="on">on</option><option value="off">off</option></select></label>
      <label>Pages <select name="runs">${RUNS.map((runs) => `<option value="${runs}"${runs === 5 ? " selected" : ""}>${runs}</option>`).join("")}</select></label>
      <label class="check"><input type="checkbox" name="distances" checked> with the distances of the world</label>
      <button type="submit">Race</button>
    </form>
    <p role="status" data-result></p>
    <p data-trips></p>
    <div class="results" hidden>
      <figure>
        <figcaption>How long until the first byte of a picture</figcaption>
        <div data-plot></div>
        <table><caption class="unseen">Time to the first byte</caption>
          <thead><tr><th scope="col">warmer</th><th scope="col">pictures</th><th scope="col">median</th><th scope="col">p95</th><th scope="col">found in</th></tr></thead>
          <tbody></tbody></table>
      </figure>
      <figure>
        <figcaption>What happened to each picture of the last page, in milliseconds after its hint</figcaption>
        <ul class="moments" aria-hidden="true"></ul>
        <div data-waterfall="on"></div>
        <div data-waterfall="off"></div>
      </figure>
    </div>
  </details>`;
}
