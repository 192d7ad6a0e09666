import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const top = fileURLToPath(new URL("../../", import.meta.url));

/** The code block of a page of docs/ that follows `<!-- example: NAME -->`. Throws when there is none. */
export function exampleOf(page: string, name: string): string {
  const text = readFileSync(top + page, "utf8");
  const [, code] =
    new RegExp(`<!-- example: ${name.replaceAll(".", "\\.")} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(text) ?? [];
  if (code === undefined) throw new Error(`${page} has no example ${name}`);
  return code;
}
