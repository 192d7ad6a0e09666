/** One third party of the page as HTML. Pure. */
import type { SourceTrait } from "../../sources/table.ts";
import { escapeHtml } from "./escape.ts";

export type SourceState = {
  readonly trait: SourceTrait;
  readonly alive: boolean;
  /** Requests by Firstlight since the start, and for how many pictures. */
  readonly asked: number;
  readonly askedFor: number;
};

/** `suffix`: the query that keeps the reader's place when the page comes back. */
export function sourceCard({ trait, alive, asked, askedFor }: SourceState, suffix: string): string {
  const action = `/sources/${trait.id}/${alive ? "die" : "revive"}${suffix}`;
  const button = trait.mortal
    ? `<form method="post" action="${escapeHtml(action)}"><button type="submit" data-mortal>${alive ? "Kill this source" : "Bring it back"}</button></form>`
    : "";
  return `<li id="source-${trait.id}" data-alive="${alive}">
      <h3>${escapeHtml(trait.name)}</h3>
      <p>${alive ? escapeHtml(trait.trait) : "is dead: it refuses every connection"}</p>
      <p class="asked"><span data-state>${alive ? "up" : "dead"}</span>, <span data-asked>${askedText(asked, askedFor)}</span></p>
      ${button}
    </li>`;
}

/** How often a source was asked, in words. The page's script writes the same. */
export function askedText(asked: number, askedFor: number): string {
  if (asked === 0) return "not asked yet";
  const pictures = `${askedFor} ${askedFor === 1 ? "picture" : "pictures"}`;
  return asked === askedFor ? `asked once for each of ${pictures}` : `asked ${asked} times for ${pictures}`;
}
