/** One photograph of the page as HTML. Pure. */
import type { CatalogueEntry } from "../../catalogueEntry.ts";
import { passagePath } from "../../passage.ts";
import type { SourceTrait } from "../../sources/table.ts";
import { matches } from "../words.ts";
import { escapeHtml, link } from "./escape.ts";

/** Widths in `srcset`: the part of the Worker's ladder that a results page needs. */
export const WIDTHS = [160, 320, 640, 1024] as const;
/** Desired height of the grid's rows, in CSS pixels. */
const ROW_HEIGHT = 190;
/** Pictures grow up to this factor to fill their row. */
const GROWTH = 1.15;

export type Card = {
  readonly entry: CatalogueEntry;
  readonly source: SourceTrait;
  /** Signed paths at the Worker, one for each of WIDTHS. */
  readonly paths: readonly string[];
  /** Data URL, or empty. */
  readonly placeholder: string;
};

export type CardState = {
  readonly query: string;
  /** Data centre, and the word of this load: part of each address. */
  readonly colo: string;
  readonly visit: string;
  /** The originals straight from their sources, as an `<img>` of a page without Firstlight loads them. */
  readonly direct: boolean;
  /** Whether its source has been ended. */
  readonly dead: boolean;
  /** The first rows of the page. */
  readonly first: boolean;
};

/** What a search looks through. */
export function searchText({ title, author, licence, tags = [] }: CatalogueEntry): string {
  return [title, author, licence, ...tags].join(" ");
}

/** The `srcset` of a picture. `addressOf` makes the address of a path at the Worker. */
export function srcsetOf({ paths }: Pick<Card, "paths">, addressOf: (path: string) => string): string {
  return paths.map((path, at) => `${addressOf(path)} ${WIDTHS[at]}w`).join(", ");
}

/** The `sizes` of a picture: it fills a column of a telephone, else a part of a row. */
export function sizesOf({ width, height }: CatalogueEntry): string {
  return `(max-width: 40rem) 50vw, ${Math.round((width / height) * ROW_HEIGHT * GROWTH)}px`;
}

/** An address of this page's server that stands for the source's own: with the demo's certificate a browser would refuse that. */
export function directPath(source: SourceTrait, file: string): string {
  return `/direct/${source.id}/${encodeURIComponent(file)}`;
}

export function pictureCard(card: Card, state: CardState): string {
  const { entry, source, paths, placeholder } = card;
  const { title, author, licence, licenceUrl, width, height } = entry;
  const text = searchText(entry);
  const hidden = matches(text, state.query) ? "" : " hidden";
  const addressOf = (path: string) => passagePath(state.colo, state.visit, path);
  const addresses = state.direct
    ? `src="${directPath(source, entry.file)}"`
    : `src="${addressOf(paths.at(-2) ?? "")}" srcset="${srcsetOf(card, addressOf)}" sizes="${sizesOf(entry)}"`;
  const style = `--ratio:${(width / height).toFixed(4)}${placeholder === "" ? "" : `;--placeholder:url(${placeholder})`}`;
  const data = [
    `data-source="${source.id}"`,
    ...(state.dead ? ["data-dead"] : []),
    ...(source.secure ? [] : ["data-insecure"]),
    `data-bytes="${entry.bytes}"`,
    `data-text="${escapeHtml(text)}"`,
  ];
  const named = entry.sourcePage === undefined ? escapeHtml(title) : link(entry.sourcePage, title);
  const by = `${escapeHtml(author)} · ${licenceUrl === "" ? escapeHtml(licence) : link(licenceUrl, licence)}`;
  return `    <li class="card" style="${style}" ${data.join(" ")}${hidden}>
      <img ${addresses} width="${width}" height="${height}" alt="${escapeHtml(`${title}, by ${author}`)}" decoding="async"${state.first ? ' fetchpriority="high"' : ""}>
      <p class="title">${named}</p>
      <p class="by">${by}</p>
      <p class="from">from ${escapeHtml(source.name)}${state.dead ? ", which is dead" : ""}</p>
      <p class="how" data-how></p>
    </li>`;
}
