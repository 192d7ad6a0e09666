/** The results page as HTML. It is complete without scripts; they add where each answer came from and its time. Pure. */
import { DEFAULT_RACE_PLACE, PLACES, type Place, RACE_PLACES } from "../../places.ts";
import { KINDS, PATH, type Reader, storeName } from "../stores.ts";
import { frequentWords, matches } from "../words.ts";
import { escapeHtml } from "./escape.ts";
import { headOf } from "./head.ts";
import { type Card, pictureCard, searchText } from "./pictureCard.ts";
import { raceSection } from "./raceSection.ts";
import { type SourceState, sourceCard } from "./sourceCard.ts";

/** How many pictures, those of the first rows, get a high priority and a hint. */
export const FIRST_ROWS = 8;
/** How many words the page proposes when a search finds nothing. */
const PROPOSALS = 5;

export const WHAT_IT_IS =
  "Firstlight fetches photographs from other people’s servers, makes them small, keeps copies near the reader, " +
  "and still serves them when their server is dead.";

export type PageState = {
  readonly cards: readonly Card[];
  readonly sources: readonly SourceState[];
  readonly query: string;
  readonly place: Place;
  /** Region that serves the place. */
  readonly region: string;
  /** A new word for each load. */
  readonly visit: string;
  /** The same page with the originals in plain `<img>` elements. */
  readonly direct: boolean;
};

/** The page. Cards that do not match the query are hidden, not left out, so that the search box needs no new page. */
export function pageDocument(state: PageState): string {
  const { cards, sources, query, place, region, visit, direct } = state;
  const shown = cards.filter(({ entry }) => matches(searchText(entry), query)).length;
  const dead = sources.filter(({ alive }) => !alive);
  const suffix = `?${new URLSearchParams({ from: place.colo })}`;
  const isDead = (id: string) => dead.some(({ trait }) => trait.id === id);
  const reader = { city: place.city, region };
  return `<!doctype html>
<html lang="en">
${headOf(WHAT_IT_IS, "Firstlight: photographs from elsewhere, fast and safe", "main")}
<body data-region="${escapeHtml(region)}" data-city="${escapeHtml(place.city)}"${direct ? " data-direct" : ""}>
<header>
  <a class="brand" href="/"><span class="sun" aria-hidden="true"></span>Firstlight</a>
  <h1>${WHAT_IT_IS}</h1>
</header>
<main>
  <form class="search" role="search" action="/" method="get">
    <label class="unseen" for="q">Search the photographs</label>
    <input id="q" name="q" type="search" placeholder="Search ${cards.length} photographs" value="${escapeHtml(query)}" autocomplete="off">
    <span class="place"><label for="from">You are in</label>
    <select id="from" name="from">${PLACES.map((one) => option(one, place)).join("")}</select></span>
    <button type="submit">Load again</button>
  </form>
  <section class="report" aria-label="How the pictures came">
    <dl class="figures">
      <div><dt>${direct ? "the originals that came" : "originals → what you got"}</dt><dd id="bytes">…</dd></div>
      <div><dt id="asked-label">each source, for each picture</dt><dd id="asked">…</dd></div>
      <div class="middle"><dt id="median-label">median time in the Worker</dt><dd id="median">…</dd></div>
    </dl>
    <p id="summary" class="unseen" role="status"></p>
    <p id="withheld" hidden>This browser does not show <code>Server-Timing</code> to pages. So the page does not know which store
    answered; the times are those of whole downloads.</p>
    <div class="loads">
      <p id="before" class="load past" hidden><span class="load-name"></span><span class="bar"></span></p>
      <p id="now" class="load"><span class="load-name">this load</span><span class="bar"></span></p>
    </div>
    <ol class="path"${direct ? " hidden" : ""} aria-label="The way of a request: the first store that has the picture answers">
      <li class="station">you<span class="where"> in ${escapeHtml(place.city)}</span></li>
      ${PATH.map((kind) => station(kind, reader)).join("\n      ")}
    </ol>
    <ul class="aside" aria-label="Other ways to an answer"${direct ? " hidden" : ""}>${KINDS.filter(
      (kind) => kind === "derived" || kind === "stale-if-error",
    )
      .map((kind) => `<li data-kind="${kind}">${escapeHtml(storeName(kind, reader))} <b data-count></b></li>`)
      .join("")}</ul>
  </section>
  ${raceSection(RACE_PLACES, DEFAULT_RACE_PLACE)}
  <section class="photographs" aria-label="Photographs">
    <div class="photographs-head">
      <h2 class="count"><span id="count">${shown}</span> <span id="noun">${shown === 1 ? "photograph" : "photographs"}</span> from <a href="#sources">four unreliable servers</a></h2>
      <p class="switch" role="group" aria-label="How this page loads its pictures">
        ${way("Through Firstlight", `/${suffix}`, !direct)}
        ${way("Without: direct &lt;img&gt;", `/${suffix}&direct=1`, direct)}
      </p>
    </div>
    ${deathNote(dead, cards, direct, suffix)}
    <p id="nothing" role="status"${shown > 0 ? " hidden" : ""}>Nothing found for “<span id="asked-for">${escapeHtml(query)}</span>”. Try ${proposals(
      cards,
      suffix,
    )}, or <a href="/${suffix}">show all</a>.</p>
    <noscript><p class="note">Scripts are off, so the page cannot show which store answered each picture. Everything else works.</p></noscript>
    <ul class="grid" id="grid">
${cards
  .map((card, index) =>
    pictureCard(card, {
      ...{ query, visit, direct, colo: place.colo, first: index < FIRST_ROWS },
      dead: isDead(card.source.id),
    }),
  )
  .join("\n")}
    </ul>
  </section>
  <section class="sources" id="sources" aria-labelledby="sources-title">
    <h2 id="sources-title">Four servers, each with a problem</h2>
    <ul>
    ${sources.map((source) => sourceCard(source, suffix)).join("\n    ")}
    </ul>
    <p><a href="/catalogue">Run a whole catalogue of their pictures</a>, and kill the Worker in the middle.
    <a href="/operator">What all of this costs</a>, as its operator sees it.</p>
    <p><a href="/alike">More like this</a>: copies of these photographs that other sites would have.
    <a href="/experiment">A sample report</a> of the experiment with them.</p>
  </section>
</main>
<footer>
  <p>Pictures pass this page's own server at <code>/at/${place.colo}/…</code>, which tells the Worker where you are: an
  <code>&lt;img&gt;</code> cannot. On Cloudflare's network the data centre decides that, and the page names the Worker itself.
  Every load counts as a new reader, so your browser's own cache never answers. The page's server has sent hints for the first
  ${FIRST_ROWS} pictures to the warmer. Times are the Worker's own (<code>Server-Timing</code>).</p>
</footer>
</body>
</html>
`;
}

/** What the death of a source means on this page. */
function deathNote(dead: readonly SourceState[], cards: readonly Card[], direct: boolean, suffix: string): string {
  if (dead.length === 0) return "";
  const names = dead.map(({ trait }) => trait.name).join(" and ");
  const count = cards.filter(({ source }) => dead.some(({ trait }) => trait.id === source.id)).length;
  const now = direct
    ? `With direct <code>&lt;img&gt;</code> its ${count} pictures are broken.`
    : `Its ${count} pictures, outlined below, are still here: Firstlight serves them from its stores. <a href="/${suffix}&#38;direct=1">Without it they would be broken.</a>`;
  return `<p class="death" role="status"><strong>${escapeHtml(names)} is dead.</strong> ${now}</p>`;
}

/** A store on the way of a request. The page's script adds how many pictures it answered. */
function station(kind: (typeof PATH)[number], reader: Reader): string {
  const [name = "", where] = storeName(kind, reader).split(/(?= in |, just)/);
  const place = kind === "edge" ? `<span class="where">${escapeHtml(where ?? "")}</span>` : "";
  return `<li class="station" data-kind="${kind}">${escapeHtml(name)}${place} <b data-count></b></li>`;
}

function way(text: string, href: string, current: boolean): string {
  return `<a href="${escapeHtml(href)}"${current ? ' aria-current="true"' : ""}>${text}</a>`;
}

function proposals(cards: readonly Card[], suffix: string): string {
  const texts = cards.map(({ entry: { title, tags = [] } }) => (tags.length > 0 ? tags.join(" ") : title));
  return frequentWords(texts, PROPOSALS)
    .map(
      (word) =>
        `<a href="/${suffix}&q=${encodeURIComponent(word)}" data-word="${escapeHtml(word)}">${escapeHtml(word)}</a>`,
    )
    .join(", ");
}

function option(place: Place, chosen: Place): string {
  return `<option value="${place.colo}"${place.colo === chosen.colo ? " selected" : ""}>${escapeHtml(place.city)}</option>`;
}
