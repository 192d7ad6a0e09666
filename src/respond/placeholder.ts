/** `PLACEHOLDER`: a picture in place of an error's JSON, for `<img>`. The status stays the error's. */
import type { Placeholder } from "../config/config.ts";
import type { Answer } from "./answer.ts";
import { FIXED_HEADERS } from "./fixedHeaders.ts";

type Picture = { readonly shared: Headers; readonly body: Uint8Array };

/** A transparent GIF of 1x1 pixel (GIF89a: global palette of two colours, index 0 transparent, one LZW code). */
const GIF = Uint8Array.from(atob("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"), (char) =>
  char.charCodeAt(0),
);

/** A grey area with the outline of a picture. It has no size of its own beyond 4:3, so it fills where it stands. */
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300" viewBox="0 0 400 300">
<rect width="400" height="300" fill="#e6e6e6"/>
<g fill="none" stroke="#a0a0a0" stroke-width="8" stroke-linejoin="round">
<rect x="130" y="95" width="140" height="110" rx="8"/><path d="m134 190 42-46 32 34 18-18 40 38"/><circle cx="230" cy="130" r="9"/>
</g></svg>
`;

const PICTURES = {
  transparent: picture("image/gif", GIF),
  svg: picture("image/svg+xml", new TextEncoder().encode(SVG)),
} as const satisfies Record<Exclude<Placeholder, "off">, Picture>;

/**
 * The answer of a failure with a picture for its body, when the deployment wants that and the client is an `<img>`. All
 * other headers stay. With a placeholder set, every failure varies by Accept. `accept`: the client's header.
 */
export function withPlaceholder(answer: Answer, kind: Placeholder, accept: string | null): Answer {
  if (kind === "off") return answer;
  const headers = { ...answer.headers, vary: "Accept" };
  if (!wantsPicture(accept)) return { ...answer, headers };
  const { shared, body } = PICTURES[kind];
  return { ...answer, shared, headers: { ...headers, "content-length": String(body.byteLength) }, body };
}

/**
 * Whether a client loads a picture for a page: the `<img>` of every browser names any image type (`image/` and a star). A
 * navigation names `text/html`, and fetch() names no type at all: whoever sends those can read JSON.
 */
export function wantsPicture(accept: string | null): boolean {
  const types = (accept ?? "").split(",").map((range) => range.split(";").map((part) => part.trim().toLowerCase()));
  const isNamed = (wanted: string) =>
    types.some(([type, ...rest]) => type === wanted && !rest.some((part) => /^q=0(\.0{0,3})?$/.test(part)));
  return isNamed("image/*") && !isNamed("text/html");
}

function picture(mime: string, body: Uint8Array): Picture {
  return { shared: new Headers({ ...FIXED_HEADERS, "content-type": mime }), body };
}
