/** The page `/alike` as HTML: more like this, for some of the demo's photographs. It has no scripts of its own. Pure. */
import type { Alike, Found } from "../../alike/copies.ts";
import { escapeHtml } from "./escape.ts";
import { headOf } from "./head.ts";

const WHAT_ALIKE_IS =
  "Other sites have copies of these photographs. Firstlight finds them by two hashes of what the pictures show, and puts " +
  "each photograph and its copies into one cluster.";

/** `others`: photographs of the demo that are not on this page. */
export function alikeDocument(pictures: readonly Alike[], others: number): string {
  const photographs = pictures.flatMap((picture, at) => (picture.copy === null ? [{ picture, at }] : []));
  return `<!doctype html>
<html lang="en">
${headOf(WHAT_ALIKE_IS, "Firstlight: more like this", null)}
<body>
<header>
  <a class="brand" href="/"><span class="sun" aria-hidden="true"></span>Firstlight</a>
  <h1>${WHAT_ALIKE_IS}</h1>
</header>
<main class="run">
  ${photographs.map(({ picture, at }) => section(picture, at, pictures)).join("\n  ")}
  <p>Hashes find copies of one picture. They do not find other pictures of the same subject, pictures that are turned, and most
  pictures of which more than a few percent are cut off. ${others} more photographs of this demo are not shown here.</p>
  <p>Does it matter which of the copies a search shows? <a href="/experiment">A sample report of the experiment</a> that answers
  it, with invented readers. <a href="/experiment/log.jsonl">Its log</a>.</p>
</main>
</body>
</html>
`;
}

function section(photograph: Alike, at: number, pictures: readonly Alike[]): string {
  const own = pictures.slice(at + 1).filter(({ title, copy }) => copy !== null && title === photograph.title);
  const title = escapeHtml(photograph.title);
  return `<section class="run-samples" aria-labelledby="alike-${at}">
    <h2 id="alike-${at}">More like “${title}”</h2>
    <ul data-alike>${[photograph, ...own].map((picture) => item(picture, photograph, at)).join("")}</ul>
  </section>`;
}

function item(picture: Alike, photograph: Alike, at: number): string {
  const { title, author, copy, image } = picture;
  const alt = `${title}, by ${author}${copy === null ? "" : `: ${copy}`}`;
  const found = copy === null ? undefined : photograph.found.find((one) => one.copy === copy && one.title === title);
  return `<li data-found="${copy === null || found !== undefined}"><img src="${image}" alt="${escapeHtml(alt)}" width="160" height="107">
      <p>${escapeHtml(copy ?? "the photograph")}</p><p>${escapeHtml(said(picture, found, at))}</p></li>`;
}

function said({ copy, isCompared, representative }: Alike, found: Found | undefined, at: number): string {
  if (!isCompared) return "not compared: it is too flat";
  if (copy === null) return "stands for its cluster";
  if (found === undefined) return "not found";
  const cluster = representative === at ? "in the cluster" : "in no cluster with it";
  return `found: ${found.dhash} of 64 bits differ, PDQ ${found.pdq} of 256; ${cluster}`;
}
