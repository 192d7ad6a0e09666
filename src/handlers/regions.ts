/** `GET /regions?v=N`: which data centres read another region than the fixed table says. The warmer asks for it. */
import type { App } from "../context/app.ts";
import type { Answer } from "../respond/answer.ts";
import { FIXED_HEADERS } from "../respond/fixedHeaders.ts";

/** Far shorter than a change lasts. */
const HEADERS = { ...FIXED_HEADERS, "cache-control": "public, max-age=10" };
const SAME = new Headers(HEADERS);
const MAP = new Headers({ ...HEADERS, "content-type": "application/json" });

/** `{"v":1,"version":N,"colos":{"MAD":"enam"}}`; 204 without a body when `v` is the present version. */
export async function regions({ url }: Request, { config }: App): Promise<Answer> {
  const map = config.regionMap;
  if (new URL(url).searchParams.get("v") === String(map.version)) {
    return { status: 204, shared: SAME, headers: {}, body: null };
  }
  return { status: 200, shared: MAP, headers: {}, body: JSON.stringify(map) };
}
