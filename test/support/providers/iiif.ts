/** Behaves like a server of the IIIF Image API, version 1 to 3, level 0 to 2, strictly: what a level lacks is refused. */
import { type Answer, type Draw, type LookAlike, NOT_FOUND, pictureOf } from "./lookAlike.ts";

export type IiifOptions = {
  readonly host: string;
  readonly version: 1 | 2 | 3;
  readonly level: 0 | 1 | 2;
  readonly width: number;
  readonly height: number;
  /** Widths that are ready. */
  readonly ready?: readonly number[];
  readonly maxWidth?: number;
  /** In place of info.json. */
  readonly info?: string;
  readonly draw?: Draw;
};

export function iiif(options: IiifOptions): LookAlike {
  const { host, width, height, ready = [], draw = pictureOf } = options;
  const heightAt = (w: number) => Math.round((w * height) / width);
  return {
    hosts: new RegExp(`^${host.replaceAll(".", "\\.")}$`),
    answer({ pathname }) {
      if (pathname.endsWith("/info.json")) {
        return { status: 200, headers: { "content-type": "application/json" }, body: options.info ?? infoOf(options) };
      }
      const [region, size = "", rotation, name] = pathname.split("/").slice(-4);
      const quality = options.version === 1 ? "native" : "default";
      if (region !== "full" || rotation !== "0" || name !== `${quality}.jpg`) return NOT_FOUND;
      if (size === (options.version === 3 ? "max" : "full")) return scaled(Math.min(width, options.maxWidth ?? width));
      const [, w, h] = /^(\d+),(\d*)$/.exec(size) ?? [];
      if (w !== undefined && ready.includes(Number(w)) && Number(h) === heightAt(Number(w))) return scaled(Number(w));
      const [, box] = /^!(\d+),\1$/.exec(size) ?? [];
      const byWidth = options.level >= 1 && w !== undefined && h === "";
      if (byWidth) return scaled(Number(w));
      if (options.level === 2 && box !== undefined)
        return scaled(Math.floor(Number(box) * Math.min(1, width / height)));
      return { status: 400, body: "not at this level" };
    },
  };

  function scaled(w: number): Answer | Promise<Answer> {
    if (w > width || w > (options.maxWidth ?? width)) return { status: 400, body: "too large" };
    return draw(w, heightAt(w));
  }
}

function infoOf({ version, level, width, height, ready = [], maxWidth }: IiifOptions): string {
  const sizes = ready.map((w) => ({ width: w, height: Math.round((w * height) / width) }));
  const size = { width, height, sizes };
  const limits = maxWidth === undefined ? {} : { maxWidth };
  if (version === 1) {
    const stanford = "http://library.stanford.edu/iiif/image-api/1.1";
    return JSON.stringify({
      "@context": `${stanford}/context.json`,
      profile: `${stanford}/compliance.html#level${level}`,
      ...size,
    });
  }
  const context = `http://iiif.io/api/image/${version}/context.json`;
  if (version === 2) {
    const profile = [`http://iiif.io/api/image/2/level${level}.json`, limits];
    return JSON.stringify({ "@context": context, protocol: "http://iiif.io/api/image", profile, ...size });
  }
  return JSON.stringify({ "@context": context, type: "ImageService3", profile: `level${level}`, ...size, ...limits });
}
