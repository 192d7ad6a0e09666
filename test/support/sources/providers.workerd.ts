/** Stand-ins for providers, inside workerd: they answer as Flickr and Wikimedia do, and write down what they were asked. */
import { vi } from "vitest";
import { jpegOf } from "../world.workerd.ts";

/** One photograph at a provider. */
export type Photo = {
  width: number;
  height: number;
  /** Changes its bytes. */
  grey: number;
  /** What an address of the provider answers in place of the photograph; by the last part of its path. */
  readonly instead: Map<string, () => Response>;
  /** Sends an ETag and honours If-None-Match. */
  etags: boolean;
  /** Gives the whole photograph where a larger one is asked for. Else 404. */
  givesWhole: boolean;
};

export function photoOf(width: number, height: number, over: Partial<Photo> = {}): Photo {
  return { width, height, grey: 128, instead: new Map(), etags: false, givesWhole: false, ...over };
}

export type Asked = { readonly url: string; readonly ifNoneMatch: string | null; readonly status: number };

/** Flickr's sizes by the last letter of the address: the longer side (flickr.com/services/api/misc.urls.html). */
const FLICKR: Readonly<Record<string, number>> = { t: 100, m: 240, n: 320, w: 400, z: 640, c: 800, b: 1024 };

/** The photograph's longer side or width that an address asks for; null = the file itself. */
function wishOf({ pathname }: URL): { readonly side: "longer" | "width"; readonly pixels: number } | null {
  const step = /\/(?:lossy-page1-)?(\d+)px-[^/]+$/.exec(pathname)?.[1];
  if (step !== undefined) return { side: "width", pixels: Number(step) };
  const flickr = /\/\d+_[0-9a-f]+(?:_([a-z]))?\.jpg$/.exec(pathname);
  if (flickr === null) return null;
  return { side: "longer", pixels: FLICKR[flickr[1] ?? ""] ?? 500 };
}

/** Stands for every host: each address is a size of the photograph. Gives what was asked, in order. */
export function providerIs(photo: Photo): Asked[] {
  const asked: Asked[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = new URL(String(input));
    const ifNoneMatch = new Headers(init?.headers).get("if-none-match");
    const note = (response: Response) => {
      asked.push({ url: url.href, ifNoneMatch, status: response.status });
      return response;
    };
    const instead = photo.instead.get(url.pathname.split("/").at(-1) ?? "") ?? photo.instead.get(url.host);
    if (instead !== undefined) {
      try {
        return note(instead());
      } catch (error) {
        asked.push({ url: url.href, ifNoneMatch, status: 0 });
        throw error;
      }
    }
    const wish = wishOf(url);
    const own = wish === null ? 0 : wish.side === "width" ? photo.width : Math.max(photo.width, photo.height);
    if (wish !== null && wish.pixels > own && !photo.givesWhole) return note(new Response(null, { status: 404 }));
    if (/_q\.jpg$/.test(url.pathname)) return note(new Response(await jpegOf(150, 150, photo.grey)));
    const scale = wish === null ? 1 : Math.min(1, wish.pixels / own);
    const etag = `"${scale.toFixed(4)}-${photo.grey}"`;
    if (photo.etags && ifNoneMatch === etag) return note(new Response(null, { status: 304 }));
    const side = (length: number) => Math.max(1, Math.round(length * scale));
    const bytes = await jpegOf(side(photo.width), side(photo.height), photo.grey);
    const headers = { "cache-control": "max-age=3600", ...(photo.etags ? { etag } : {}) };
    return note(new Response(bytes, { headers }));
  });
  return asked;
}

let serial = 0;
const HEX = () => (++serial).toString(16).padStart(8, "0");

/** Addresses that no other test uses. */
export const flickrSource = (size = "_b") => `https://live.staticflickr.com/65535/${++serial}_${HEX()}${size}.jpg`;
export const wikimediaSource = () => `https://upload.wikimedia.org/wikipedia/commons/a/ab/Photo_${HEX()}.jpg`;

/** The last part of each address, for short rows. */
export function names(asked: readonly Asked[]): string[] {
  return asked.map(
    ({ url }) =>
      new URL(url).pathname
        .split("/")
        .at(-1)
        ?.replace(/_?[0-9a-f]{8}/, "") ?? "",
  );
}
