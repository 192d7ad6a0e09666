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

type Size = { readonly width: number; readonly height: number };

export type ImgOptions = Omit<ImageOptions, "width" | "height" | "dpr"> & {
  /** The greatest width at which the page shows it, in CSS pixels; left out = the whole page's width. */
  readonly width?: number;
  /** Width divided by height: the picture is cut to it, whatever `resize` says. Left out = the picture's own. */
  readonly aspect?: number;
  /**
   * Size of the source in pixels, where it is known (`/info`): nothing larger is listed. A number is the width; with
   * `aspect` the height counts too. With `crop` or a quarter turn it is the size of what they leave. It is no limit for
   * a picture that is enlarged or extended.
   */
  readonly natural?: number | Size;
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
  const signed: Client["src"] = (source, options) => {
    const path = imagePath(base ? new URL(source, base).href : source, options);
    return `/${sign ? sign(path) : "unsafe"}${path}`;
  };
  const src: Client["src"] = (source, options) => address + signed(source, options);
  return {
    src,
    info: (source) => `${address}/info${signed(source)}`,
    img(source, { width = 0, aspect, natural = ANY, sizes, ...rest } = {}) {
      // What is enlarged or extended is as wide as it is asked for.
      const limit = rest.enlarge || rest.extend ? ANY : natural;
      const { width: most = limit as number, height: high = ANY }: Partial<Size> = Object(limit);
      // The ladder lowers an unsigned box that is higher than its top rung.
      const top = sign ? ANY : (ladder.at(-1) ?? 0);
      let [first, srcset, before] = ["", "", -1];
      for (const rung of ladder) {
        // At least 1. What is taken away is the error of a division: 160 / (16 / 9) is not 90 exactly.
        const height = aspect ? Math.ceil(rung / aspect - 1e-6) : 0;
        const made = Math.round(rung * Math.min(1, most / rung, Math.min(high, top) / height)) || 1;
        if (srcset && (made <= before || height > top)) break;
        const url = src(source, { ...rest, width: rung, ...(aspect && { height, resize: "fill-down" }) });
        if (before < width) first = url;
        srcset += `${srcset && ", "}${url} ${made}w`;
        before = made;
        if (made < rung || (width && rung >= 2 * width)) break;
      }
      return {
        src: first,
        srcset,
        sizes: sizes ?? `${width ? `(min-width: ${width}px) ${width}px, ` : ""}100vw`,
      };
    },
  };
}

/** More than any side. */
const ANY = 1e9;

/** What loaders add to every picture. */
type Defaults = Omit<ImageOptions, "width" | "height" | "dpr">;

/** The `loader` of next/image, which must answer at once. */
export function nextLoader({ src }: Client, defaults: Defaults = {}) {
  return (picture: { readonly src: string; readonly width: number; readonly quality?: number | undefined }): string =>
    src(picture.src, optionsOf(defaults, picture));
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
  return (source: string | URL, operations: Operations): string => src(String(source), optionsOf(defaults, operations));
}

/** A provider of Nuxt's image module: `getImage`. */
export function nuxtProvider({ src }: Client, defaults: Defaults = {}) {
  const getImage = (source: string, { modifiers = {} }: { readonly modifiers?: Operations } = {}) => ({
    url: src(source, optionsOf(defaults, modifiers)),
  });
  return { getImage };
}

/**
 * Defaults with what an operation says. With both sides the picture fills them, as `object-fit` says. A format that we do
 * not make is left to the browser.
 */
function optionsOf(
  defaults: Defaults,
  { width, height, quality, format = "", fit = "cover" }: Operations,
): ImageOptions {
  const number = (value: number | string | undefined) => value && Math.round(Number(value));
  const filling = fit === "cover" ? "fill" : fit === "fill" ? "force" : undefined;
  const resize = width && height ? filling : undefined;
  const made = (["webp", "jpeg", "png"] as const).find((name) => name === format.replace("jpg", "jpeg"));
  const said = { width: number(width), height: number(height), quality: number(quality), format: made, resize };
  // A field that is undefined must not hide a default.
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}
