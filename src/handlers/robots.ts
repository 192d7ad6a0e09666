/** `GET /robots.txt` (RFC 9309): what crawlers may load here. */
import type { Robots } from "../config/config.ts";
import type { App } from "../context/app.ts";
import { Failure } from "../errors.ts";
import type { Answer } from "../respond/answer.ts";
import { FIXED_HEADERS } from "../respond/fixedHeaders.ts";

const RULES = { allow: "Allow: /", disallow: "Disallow: /" } as const satisfies Record<Exclude<Robots, "off">, string>;

const SHARED = new Headers({
  ...FIXED_HEADERS,
  "content-type": "text/plain; charset=utf-8",
  "cache-control": "public, max-age=86400",
});

/** Throws Failure `not_found` when the operator turned it off. */
export async function robots(_http: Request, { config }: App): Promise<Answer> {
  if (config.robots === "off") throw new Failure("not_found");
  return { status: 200, shared: SHARED, headers: {}, body: `User-agent: *\n${RULES[config.robots]}\n` };
}
