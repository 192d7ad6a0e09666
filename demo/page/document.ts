/** The results page as HTML. It is complete without scripts; they add where each answer came from and its time. Pure. */
import type { CatalogueEntry } from "../catalogueEntry.ts";
import { passagePath } from "../passage.ts";
import { PLACES, type Place } from "../places.ts";
import type { SourceTrait } from "../sources/table.ts";

/** Widths in `srcset`: the part of the Worker's ladder that a results page needs. */
export const WIDTHS = [160, 320, 640, 1024] as const;

const STYLES = ["page", "sources", "race", "grid"] as const;
/** Desired height of the grid's rows, in CSS pixels. */
const ROW_HEIGHT = 190;
/** How many pictures, those of the first rows, get a high priority. */
const FIRST_ROWS = 8;

export type Card = {
  readonly entry: CatalogueEntry;
  readonly source: SourceTrait;
  /** Signed paths at the Worker, one for each of WIDTHS. */
  readonly paths: readonly string[];
};

export type SourceState = { readonly trait: SourceTrait; readonly alive: boolean; readonly asked: number };

export type PageState = {
  readonly cards: readonly Card[];
  readonly sources: readonly SourceState[];
  readonly query: string;
  readonly place: Place;
  /** Region that serves the place. */
  readonly region: string;
  /** A new word for each load. */
  readonly visit: string;
};

/** The page. Cards that do not match the query are hidden, not left out, so that the search box needs no new page. */
export function pageDocument(state: PageState): string {
  const shown = state.cards.filter((card) => matches(card.entry, state.query)).length;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Open photographs, through Firstlight</title>
${STYLES.map((name) => `<link rel="stylesheet" href="/page/${name}.css">`).join("\n")}
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
<script type="module" src="/page/main.ts"></script>
</head>
<body data-region="${escapeHtml(state.region)}">
<header>
  <a class="brand" href="/"><span class="sun" aria-hidden="true"></span>Firstlight</a>
  <form class="search" role="search" action="/" method="get">
    <label class="hidden" for="q">Search the photographs</label>
    <input id="q" name="q" type="search" placeholder="Search ${state.cards.length} open photographs" value="${escapeHtml(state.query)}" autocomplete="off">
    <span class="place"><label for="from">You are in</label>
    <select id="from" name="from">${PLACES.map((place) => option(place, state.place)).join("")}</select></span>
    <button type="submit">Load as a new visitor</button>
  </form>
</header>
<main>
  <h1 class="hidden">Open photographs, through Firstlight</h1>
  <section class="report" aria-label="How the pictures came">
    <p id="summary" role="status" aria-live="polite">Each picture is a third party's. Each comes over HTTPS, at the size your screen needs.</p>
    <div id="bar" aria-hidden="true"></div>
    <ul id="legend"></ul>
  </section>
  <section class="sources" aria-label="Third parties">
    ${state.sources.map(sourceCard).join("\n    ")}
  </section>
  <section id="race" class="race" aria-labelledby="race-title">
    <h2 id="race-title">The warmer's race</h2>
    <p>The server that writes a page knows its pictures before the browser does. Here it tells the warmer about three
    pictures, and then answers after the time below. Both lanes load the same three pictures, under new names: no store has them yet.</p>
    <form action="/" method="get">
      <label for="ms">The page takes</label>
      <select id="ms" name="ms"><option value="100">100 ms</option><option value="500" selected>500 ms</option><option value="2000">2 s</option></select>
      <button type="submit">Race</button>
    </form>
    <p role="status"></p>
    <h3>With a hint</h3>
    <ol data-lane="hinted"></ol>
    <h3>Without</h3>
    <ol data-lane="plain"></ol>
  </section>
  <h2 class="count"><span id="count">${shown}</span> <span id="noun">${shown === 1 ? "photograph" : "photographs"}</span></h2>
  <ul class="grid" id="grid">
${state.cards.map((card, index) => pictureCard(card, index, state)).join("\n")}
  </ul>
</main>
<footer>
  <p>Pictures pass this page's own server at <code>/at/${state.place.colo}/…</code>, which tells the Worker where you are: an
  <code>&lt;img&gt;</code> cannot. On Cloudflare's network the data centre decides that, and the page names the Worker itself.
  Every load counts as a new visitor, so your browser's own cache never answers. Times are the Worker's own (<code>Server-Timing</code>).</p>
</footer>
</body>
</html>
`;
}

/** Whether each word of the query is in the title, author or licence. Case does not matter. */
export function matches(entry: CatalogueEntry, query: string): boolean {
  const text = `${entry.title} ${entry.author} ${entry.licence}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function pictureCard({ entry, source, paths }: Card, index: number, state: PageState): string {
  const { title, author, licence, licenceUrl, width, height } = entry;
  const ratio = width / height;
  const addresses = paths.map((path) => passagePath(state.place.colo, state.visit, path));
  const widths = addresses.map((address, at) => `${address} ${WIDTHS[at]}w`).join(", ");
  const sizes = `(max-width: 40rem) 50vw, ${Math.round(ratio * ROW_HEIGHT * 1.15)}px`;
  const hidden = matches(entry, state.query) ? "" : " hidden";
  const linked = entry.sourcePage === undefined ? escapeHtml(title) : link(entry.sourcePage, title);
  return `    <li class="card" style="--ratio:${ratio.toFixed(4)}" data-source="${source.id}" data-bytes="${entry.bytes}" data-text="${escapeHtml(`${title} ${author} ${licence}`.toLowerCase())}"${hidden}>
      <img src="${addresses.at(-2)}" srcset="${widths}" sizes="${sizes}" width="${width}" height="${height}" alt="${escapeHtml(`${title}, by ${author}`)}" decoding="async"${index < FIRST_ROWS ? ' fetchpriority="high"' : ""}>
      <p class="title">${linked}</p>
      <p class="by">${escapeHtml(author)} · ${licenceUrl === "" ? escapeHtml(licence) : link(licenceUrl, licence)}</p>
      <p class="from">${escapeHtml(source.name)}</p>
      <p class="how" data-how>on its way</p>
    </li>`;
}

function sourceCard({ trait, alive, asked }: SourceState): string {
  const action = alive ? "die" : "revive";
  const button = trait.mortal
    ? `<form method="post" action="/sources/${trait.id}/${action}"><button type="submit" data-mortal>${alive ? "End it now" : "Bring it back"}</button></form>`
    : "";
  return `<article id="source-${trait.id}" data-alive="${alive}"><h2>${escapeHtml(trait.name)}</h2><p>${escapeHtml(trait.trait)}</p><p class="asked"><span data-state>${alive ? "up" : "down"}</span>, asked <span data-asked>${asked}</span> times</p>${button}</article>`;
}

function option(place: Place, chosen: Place): string {
  return `<option value="${place.colo}"${place.colo === chosen.colo ? " selected" : ""}>${escapeHtml(place.city)}</option>`;
}

function link(href: string, text: string): string {
  return `<a href="${escapeHtml(href)}" rel="noreferrer">${escapeHtml(text)}</a>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
