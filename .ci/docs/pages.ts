/** The pages of the documentation, in all folders of docs/. */
import { readdirSync } from "node:fs";

/** Paths from the root of the project, sorted: `docs/README.md`, `docs/operator/warmer.md`. */
export function documentationPages(): readonly string[] {
  return readdirSync(new URL("../../docs/", import.meta.url), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`)
    .sort();
}
