/** Markup by the published code of frameworks, for one source behind one proxy. Nothing is built; the long test builds. */
import { type Operations, transformBaseImageProps } from "@unpic/core/base";
import { transform as cloudflare } from "unpic/providers/cloudflare";
import { transform as ipx } from "unpic/providers/ipx";
import { transform as nextjs } from "unpic/providers/nextjs";
import { transform as wsrv } from "unpic/providers/wsrv";
import { createClient, LADDER, nextLoader, unpicTransformer } from "../../../src/client/client.ts";
import { pathSigner } from "../../../src/client/url.ts";
import { exampleOf } from "../exampleOf.ts";
import { getImgProps } from "./next/get-img-props.js";
import { type ImageConfig, prepareImageConfig } from "./next/image-config.js";
import defaultLoader from "./next/image-loader.js";

const PAGE = "docs/front-end/clients.md";

export type Place = {
  /** Where the proxy answers, without a slash at its end. */
  readonly proxy: string;
  /** The only pair of the proxy's keys, in hexadecimal. */
  readonly signing: { readonly key: string; readonly salt: string };
  /** A source on the proxy's list, 2048 x 256 pixels. */
  readonly source: string;
};

/** `images` of the configuration that the page for front ends shows, with this proxy. */
async function nextConfig(proxy: string): Promise<ImageConfig> {
  const text = exampleOf(PAGE, "next.config.mjs").replace("https://img.example.org", proxy);
  const { default: config } = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as {
    readonly default: { readonly images: ImageConfig };
  };
  return config.images;
}

/** An element with these attributes. A style has no picture here. */
function element(attributes: object): string {
  const texts = Object.entries(attributes)
    .filter(([, value]) => typeof value === "string" || typeof value === "number")
    .map(
      ([name, value]) => `${name.toLowerCase()}="${String(value).replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`,
    );
  return `<img ${texts.join(" ")}>`;
}

type Transformer = (source: string | URL, operations: Operations) => string | undefined;

const unpicMarkup = (source: string, transformer: Transformer): string =>
  (["constrained", "fullWidth"] as const)
    .map((layout) =>
      transformBaseImageProps({
        ...{ src: source, transformer, layout, breakpoints: [...LADDER] },
        ...{ width: 320, height: 40 },
      } as Parameters<typeof transformBaseImageProps>[0]),
    )
    .map(element)
    .join("\n");

async function nextMarkup({ proxy, source }: Place, loader?: unknown): Promise<string> {
  const imgConf = prepareImageConfig(await nextConfig(proxy));
  const common = { src: source, alt: "", ...(loader === undefined ? {} : { loader }) };
  const { NODE_ENV } = process.env;
  // Else it warns by a file that is not here.
  process.env.NODE_ENV = "production";
  try {
    return [
      { width: 320, height: 40 },
      { width: 1024, height: 128, sizes: "50vw", quality: 80 },
      { fill: true, sizes: "100vw" },
    ]
      .map((props) => getImgProps({ ...common, ...props }, { imgConf, defaultLoader }).props)
      .map(element)
      .join("\n");
  } finally {
    process.env.NODE_ENV = NODE_ENV;
  }
}

const signedClient = ({ proxy, signing }: Place) => createClient({ endpoint: proxy, sign: pathSigner(signing) });

/** Client -> the markup of a few pictures. */
export const MARKUPS: Readonly<Record<string, (place: Place) => string | Promise<string>>> = {
  "next/image, its default loader": (place) => nextMarkup(place),
  "next/image, a loader of firstlight/client": (place) => nextMarkup(place, nextLoader(signedClient(place))),
  "unpic, cloudflare": ({ proxy, source }) =>
    unpicMarkup(source, (url, operations) =>
      cloudflare(url, operations as object, { domain: "img.example.org" })
        ?.replace("/cdn-cgi/image/", "/image/")
        .replace("https://img.example.org", proxy),
    ),
  "unpic, wsrv": ({ proxy, source }) =>
    unpicMarkup(source, (url, operations) => wsrv(url, operations)?.replace("https://wsrv.nl/", `${proxy}/`)),
  "unpic, nextjs": ({ proxy, source }) =>
    unpicMarkup(source, (url, operations) => nextjs(url, operations, { baseUrl: proxy })),
  "unpic, ipx": ({ proxy, source }) =>
    unpicMarkup(source, (url, operations) => ipx(url, operations, { baseURL: `${proxy}/_ipx` })),
  "unpic, a transformer of firstlight/client": (place) =>
    unpicMarkup(place.source, unpicTransformer(signedClient(place))),
  "firstlight/client alone": (place) =>
    [{ width: 320 }, { aspect: 4, natural: { width: 2048, height: 256 } }, { width: 400, natural: 2048 }]
      .map((options) => element(signedClient(place).img(place.source, options)))
      .join("\n"),
};
