/** docs/operator/comparison.md: the bench writes the part between the markers, people write the rest. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TOP } from "../../src/cli/edge/bundle.ts";

export const PAGE = join(TOP, "docs/operator/comparison.md");

const BEGIN = "<!-- measured: npm run bench -- compare --page -->";
const END = "<!-- end of measured -->";

/** A page with `text` between the markers. Throws Error for a page that does not have both, once. */
export function withMeasured(page: string, text: string): string {
  const [before, inside, ...more] = page.split(BEGIN);
  const [, after, ...ends] = inside?.split(END) ?? [];
  if (before === undefined || after === undefined || more.length + ends.length > 0) {
    throw new Error(`the page must have one ${BEGIN} and behind it one ${END}`);
  }
  return `${before}${BEGIN}\n${text}\n${END}${after}`;
}

/** Heads and rows -> a Markdown table. Columns from the second on are aligned to the right. */
export function markdown(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), `|${heads.map((_, i) => (i === 0 ? "---|" : "---:|")).join("")}`, ...rows.map(line)].join("\n");
}

export function writePage(text: string): void {
  writeFileSync(PAGE, withMeasured(readFileSync(PAGE, "utf8"), text));
}
