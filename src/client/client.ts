/**
 * Pictures of a page through the proxy, in browsers and on servers, without dependencies: `src`, `srcset` and `sizes`,
 * placeholders, and loaders for next/image, unpic and Nuxt.
 */

import { type ImageOptions, imagePath, LADDER } from "./path.ts";
import { withoutSlash } from "./values.ts";

export { type ClientGravity, type Compass, type ImageOptions, LADDER } from "./path.ts";
export { placeholder } from "./placeholder.ts";

export type ClientOptions = {
  /** Where the proxy answers, such as `https://img.example.org`. */
  readonly endpoint: string;
  /**
   * Gives the signature of a path: `pathSigner` of `firstlight/url`. Only on a server, because it holds the key. Without it
   * the URLs are unsigned, for a proxy without keys and sources on its list.
   */
  readonly sign?: (path: string) => string;
  /** Widths of a `srcset`, ascending; the proxy's `LADDER`. */
  readonly ladder?: readonly number[];
  /** Where relative sources are: the site's own address. */
  readonly base?: string;
};

export type ImgOptions = Omit<ImageOptions, "width" | "height" | "dpr"> & {
  /** The greatest width at which the page shows it, in CSS pixels; left out = the whole page's width. */
  readonly width?: number;
  /** Width divided by height: the picture is cut to it. Left out = the picture's own. */
  readonly aspect?: number;
  /** Width of the source in pixels, where it is known (`/info`): nothing larger is listed. */
  readonly natural?: number;
  /** In place of the `sizes` that follow from `width`. */
  readonly sizes?: string;
};

export type ImgAttributes = { readonly src: string; readonly srcset: string; readonly sizes: string };

export type Client = {
  /** The URL of a picture. Throws as `imagePath` of `firstlight/url`. */
  readonly src: (source: string, options?: ImageOptions) => string;
  /** The URL of what the proxy knows of a source, as JSON. */
  readonly info: (source: string) => string;
  /** `src`, `srcset` and `sizes` of an `<img>`. */
  readonly img: (source: string, options?: ImgOptions) => ImgAttributes;
};

export function createClient({ endpoint, sign, ladder = LADDER, base }: ClientOptions): Client {
  const address = withoutSlash(endpoint);
  const absolute = (source: string) => (base ? new URL(source, base).href : source);
  const signed = (path: string) => `/${sign ? sign(path) : "unsafe"}${path}`;
  const src: Client["src"] = (source, options) => address + signed(imagePath(absolute(source), options));
  return {
    src,
    info: (source) => `${address}/info${signed(imagePath(absolute(source)))}`,
    img(source, { width, aspect, natural, sizes, ...rest } = {}) {
      const options = (wide: number): ImageOptions => ({
        ...rest,
        width: wide,
        ...(aspect ? { height: Math.ceil(wide / aspect), resize: rest.resize ?? "fill" } : {}),
      });
      const widths = widthsOf(ladder, width, natural);
      return {
        src: src(source, options(widths.find((rung) => rung >= (width ?? 0)) ?? widths.at(-1) ?? 0)),
        srcset: widths.map((wide) => `${src(source, options(wide))} ${wide}w`).join(", "),
        sizes: sizes ?? (width ? `(min-width: ${width}px) ${width}px, 100vw` : "100vw"),
      };
    },
  };
}

/** More than any side. */
const ANY = 1e9;

/** The rungs for screens of up to twice the density. None is larger than the source: its descriptor would not be true. */
function widthsOf(ladder: readonly number[], width = ANY, natural = ANY): readonly number[] {
  const most = Math.min(natural, ladder.find((rung) => rung >= 2 * width) ?? ladder.at(-1) ?? 0);
  return [...ladder.filter((rung) => rung < most), most];
}

/** What loaders add to every picture. */
type Defaults = Omit<ImageOptions, "width" | "height" | "dpr">;

/** The `loader` of next/image, which must answer at once. */
export function nextLoader({ src }: Client, defaults: Defaults = {}) {
  return (picture: { readonly src: string; readonly width: number; readonly quality?: number | undefined }): string =>
    src(picture.src, { ...defaults, ...optionsOf(picture) });
}

/** What unpic and Nuxt ask for. Sides come as numbers or as texts. */
export type Operations = {
  readonly width?: number | string | undefined;
  readonly height?: number | string | undefined;
  readonly quality?: number | string | undefined;
  readonly format?: string | undefined;
  readonly fit?: string | undefined;
};

/** The `transformer` of unpic's components and functions. */
export function unpicTransformer({ src }: Client, defaults: Defaults = {}) {
  return (source: string | URL, operations: Operations): string =>
    src(String(source), { ...defaults, ...optionsOf(operations) });
}

/** A provider of Nuxt's image module: `getImage`. */
export function nuxtProvider({ src }: Client, defaults: Defaults = {}) {
  const getImage = (source: string, { modifiers = {} }: { readonly modifiers?: Operations } = {}) => ({
    url: src(source, { ...defaults, ...optionsOf(modifiers) }),
  });
  return { getImage };
}

/** With both sides the picture fills them, as `object-fit` says. A format that we do not make is left to the browser. */
function optionsOf({ width, height, quality, format = "", fit = "cover" }: Operations): ImageOptions {
  const number = (value: number | string | undefined) => value && Math.round(Number(value));
  const filling = fit === "cover" ? "fill" : fit === "fill" ? "force" : undefined;
  const resize = width && height ? filling : undefined;
  const made = (["webp", "jpeg", "png"] as const).find((name) => name === format.replace("jpg", "jpeg"));
  const numbers = { width: number(width), height: number(height), quality: number(quality) };
  return given({ ...numbers, format: made, resize }) as ImageOptions;
}

/** Without the fields that are undefined. */
function given<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
