/** Behaves like the Smithsonian's delivery service: `max` is the longer side, nothing is enlarged. */
import { type Draw, type LookAlike, NOT_FOUND, pictureOf } from "./lookAlike.ts";

/** Name of a picture (`id` or `ark:/65665/...`) -> its size. */
export function smithsonian(
  pictures: Readonly<Record<string, { readonly width: number; readonly height: number }>>,
  draw: Draw = pictureOf,
): LookAlike {
  return {
    hosts: /^ids\.si\.edu$/,
    answer({ pathname, searchParams }) {
      const [, ark, side] = /^\/ids\/deliveryService\/id\/(ark:\/65665\/[0-9a-z]+)(?:\/(\d+))?$/.exec(pathname) ?? [];
      const isQuery = pathname === "/ids/deliveryService";
      const picture = pictures[ark ?? (isQuery ? (searchParams.get("id") ?? "") : "")];
      if (picture === undefined) return NOT_FOUND;
      const most = Number(side ?? searchParams.get("max") ?? Number.POSITIVE_INFINITY);
      const scale = Math.min(1, most / Math.max(picture.width, picture.height));
      return draw(Math.round(picture.width * scale), Math.round(picture.height * scale));
    },
  };
}
