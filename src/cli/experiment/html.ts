/** The report as one HTML page without scripts and without anything from elsewhere. Pure. */
import type { Analysis, PictureRate } from "./analyse.ts";
import { MOST_SPLIT_Z } from "./difference.ts";
import { verdictOf } from "./words.ts";

const SHOWN = 40;
const [WIDTH, HEIGHT, EDGE] = [640, 240, 40];

/** `name`: of the log. `back`: a link at the top of the page, for a page on a site; null = a file of its own. */
export function reportHtml(name: string, analysis: Analysis, planned: number, back: Link | null = null): string {
  const { sessions, views, rates } = analysis;
  const facts = [
    ["sessions", `${sessions} of ${planned} planned`],
    ["views", `${views[0]} of originals, ${views[1]} of mates`],
    ["click rate of originals", percent(rates[0])],
    ["click rate of mates", percent(rates[1])],
    ["difference", `${percent(analysis.difference)} (${percent(analysis.low)} to ${percent(analysis.high)})`],
    ["design effect", analysis.designEffect.toFixed(2)],
    [
      "split of the draw",
      `z ${analysis.splitZ.toFixed(2)}, limit ${MOST_SPLIT_Z}${analysis.isFair ? "" : ": NOT FAIR"}`,
    ],
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Experiment ${escaped(name)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}
svg{max-width:100%;height:auto}.bad{color:#a00}text{font:12px system-ui,sans-serif;fill:#444}</style></head><body>
${back === null ? "" : `<nav><a href="${escaped(back.href)}">${escaped(back.text)}</a></nav>\n`}<h1>Do readers click more on a copy than on the picture that was found?</h1>
<p${analysis.isFair ? "" : ' class="bad"'}>${escaped(verdictOf(analysis))}</p>
<p>Half of the result lists showed the copies (the mates) in place of the pictures that were found (the originals). The log:
${escaped(name)}.</p>
<table>${facts.map(([what = "", value = ""]) => `<tr><th>${what}</th><td>${escaped(value)}</td></tr>`).join("")}</table>
<p>z says how far apart the two click rates are. When it leaves the red lines, it is decided. Split of the draw: beyond the
limit, the halves were not drawn fairly, and nothing here counts.</p>
<h2>z at each look, and the boundary</h2>${looksPlot(analysis, planned)}
<h2>Pictures</h2><p>Click rate of each picture, drawn towards that of its cluster. The line is the middle 95 %. "found" is the
picture that the search found, "mate" the copy in its place. The number is how often it was shown.</p>
${picturesPlot(analysis.pictures.slice(0, SHOWN))}
</body></html>
`;
}

type Link = { readonly href: string; readonly text: string };

function looksPlot({ looks }: Analysis, planned: number): string {
  const most = Math.max(3, ...looks.flatMap(({ z, boundary }) => [Math.abs(z), boundary])) * 1.1;
  const x = (sessions: number) => EDGE + ((WIDTH - 2 * EDGE) * sessions) / planned;
  const y = (z: number) => HEIGHT / 2 - ((HEIGHT / 2 - 20) * z) / most;
  const line = (sign: number) =>
    looks.map(({ sessions, boundary }) => `${x(sessions).toFixed(1)},${y(sign * boundary).toFixed(1)}`).join(" ");
  const dots = looks.map(({ sessions, z }) => `<circle cx="${x(sessions).toFixed(1)}" cy="${y(z).toFixed(1)}" r="4"/>`);
  const bounds = [1, -1].map((sign) => `<polyline points="${line(sign)}" fill="none" stroke="#a00"/>`);
  const axis = `<line x1="${EDGE}" x2="${WIDTH - EDGE}" y1="${y(0)}" y2="${y(0)}" stroke="#999"/>`;
  const words = `<text x="${EDGE}" y="${HEIGHT - 4}">0</text><text x="${WIDTH - EDGE}" y="${HEIGHT - 4}" text-anchor="end">${planned} sessions</text>`;
  return svg(HEIGHT, [axis, ...bounds, ...dots, words], "z at each look");
}

function picturesPlot(pictures: readonly PictureRate[]): string {
  if (pictures.length === 0) return "<p>No cluster has shown two pictures yet.</p>";
  const most = Math.max(...pictures.map(({ high }) => high));
  const from = 290;
  const x = (rate: number) => (from + ((WIDTH - from - 20) * rate) / most).toFixed(1);
  const rows = pictures.map(({ cluster, picture, views, mateViews, mean, low, high }, i) => {
    const y = 20 + 18 * i;
    const role = mateViews === 0 ? "found" : mateViews === views ? "mate" : "found and mate";
    const whole = `<title>${escaped(`${picture}, of the cluster ${cluster}`)}</title>`;
    const label = `<text x="0" y="${y + 4}">${whole}${escaped(shortened(picture))} · ${role} (${views})</text>`;
    return `${label}<line x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}" stroke="#468"/><circle cx="${x(mean)}" cy="${y}" r="3"/>`;
  });
  const height = 40 + 18 * pictures.length;
  const words = `<text x="${from}" y="${height - 6}">0</text><text x="${WIDTH - 20}" y="${height - 6}" text-anchor="end">${percent(most)}</text>`;
  return svg(height, [...rows, words], "click rates of pictures");
}

/** At most 24 characters. The middle is left out: names of copies often begin alike. */
function shortened(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= 24) return name;
  return `${characters.slice(0, 14).join("")}…${characters.slice(-9).join("")}`;
}

function svg(height: number, parts: readonly string[], title: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" role="img" aria-label="${title}">${parts.join("")}</svg>`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
