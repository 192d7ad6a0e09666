/** Behaves like Flickr: sizes by suffix, none enlarged, some missing on old photos, a notice in place of removed photos. */
import { type Draw, type LookAlike, NOT_FOUND, pictureOf } from "./lookAlike.ts";

const SIZES: Readonly<Record<string, number>> = { t: 100, m: 240, n: 320, w: 400, "": 500, z: 640, c: 800, b: 1024 };
const SQUARES: Readonly<Record<string, number>> = { s: 75, q: 150 };

export type FlickrPhoto = {
  /** `{server}/{id}_{secret}` */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Suffixes that this photo does not have. */
  readonly missing?: readonly string[];
  readonly removed?: "404" | "redirect";
};

export const FLICKR_NOTICE = "https://s.yimg.com/pw/images/en-us/photo_unavailable.png";

export function flickr(photos: readonly FlickrPhoto[], draw: Draw = pictureOf): LookAlike {
  return {
    hosts: /^(?:live\.staticflickr\.com|farm\d+\.static\.?flickr\.com|s\.yimg\.com)$/,
    answer({ href, pathname }) {
      if (href === FLICKR_NOTICE) return pictureOf(500, 374, "png");
      const [, name, suffix = ""] = /^\/(\d+\/\d+_[0-9a-f]+)(?:_([a-z]))?\.jpg$/.exec(pathname) ?? [];
      const photo = photos.find((one) => one.name === name);
      if (photo === undefined || photo.removed === "404") return NOT_FOUND;
      if (photo.removed === "redirect") return { status: 302, headers: { location: FLICKR_NOTICE } };
      const square = SQUARES[suffix];
      if (square !== undefined) return draw(square, square);
      const side = SIZES[suffix];
      const longer = Math.max(photo.width, photo.height);
      if (side === undefined || side > longer || photo.missing?.includes(suffix)) return NOT_FOUND;
      return draw(Math.round((photo.width * side) / longer), Math.round((photo.height * side) / longer));
    },
  };
}
