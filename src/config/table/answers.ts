/** What answers hold. */
import { flag, listOf, oneOf, preset, share, webAddress, whole } from "../read.ts";
import type { SomeSettings } from "../setting.ts";
import { TAP_NAMES } from "../taps.ts";

const STATUS = whole(200, 599);

/** 0, or a status. */
function fallbackStatus(text: string): number {
  return text === "0" ? 0 : STATUS(text);
}

export const ANSWERS = {
  keepCopyright: {
    variable: "KEEP_COPYRIGHT",
    read: flag,
    fallback: true,
    doc: "Thumbnails keep the metadata about rights that the fetched bytes carry (creator, copyright, licence), as XMP of at most 512 bytes under 400 pixels and 2 KB above. `false`: only where the address asks for it (`keep_copyright`). It is part of the key: a change makes every picture anew",
  },
  presets: {
    variable: "PRESETS",
    read: listOf(preset),
    fallback: [],
    doc: "Options by name for the option `preset`, separated by commas: `sharp=sh:0.7,card=rs:fill:300:200/pr:sharp`. The one named `default` is part of every address of the imgproxy grammar",
  },
  onlyPresets: {
    variable: "ONLY_PRESETS",
    read: flag,
    fallback: false,
    doc: "`true`: addresses of the imgproxy grammar name presets in place of options: `/{signature}/card:sharp/plain/…`",
  },
  fallbackImageUrl: {
    variable: "FALLBACK_IMAGE_URL",
    read: webAddress,
    fallback: null,
    doc: "A picture to show in place of one whose source fails, made with the same options. Empty = the error",
  },
  fallbackImageHttpCode: {
    variable: "FALLBACK_IMAGE_HTTP_CODE",
    read: fallbackStatus,
    fallback: 200,
    doc: "Status of such an answer, 200 to 599; 0 = the error's. It is kept as long as the error would be",
  },
  watermarkUrl: {
    variable: "WATERMARK_URL",
    read: webAddress,
    fallback: null,
    doc: "The picture that the option `watermark` draws: PNG, WebP, JPEG or another kind that this Worker decodes itself, at most 2 MB and 4 megapixels. It is part of the key: another address makes every picture with a watermark anew, another picture at the same address does not. Empty = addresses that ask for a watermark get 400",
  },
  watermarkOpacity: {
    variable: "WATERMARK_OPACITY",
    read: share,
    fallback: 1,
    doc: "Multiplies the opacity that an address asks for, 0 to 1",
  },
  slowQuality: {
    variable: "SLOW_QUALITY",
    read: whole(0, 100),
    fallback: 0,
    doc: "Highest quality for readers whose browser sends `Save-Data: on` or `ECT` of 3g or less. Answers then carry `Vary: Save-Data, ECT`. 0 = as for everybody",
  },
  placeholder: {
    variable: "PLACEHOLDER",
    read: oneOf("off", "transparent", "svg"),
    fallback: "off",
    doc: "Body of an error for `<img>` (`Accept` names `image/*` and not `text/html`), with the error's status: `off` sends JSON, `transparent` a GIF of 1 pixel, `svg` a grey picture. With a picture a page's `onerror` does not fire",
  },
  robots: {
    variable: "ROBOTS",
    read: oneOf("allow", "disallow", "off"),
    fallback: "allow",
    doc: "`/robots.txt`: `allow` lets crawlers load pictures, so that they see pages as readers do; `disallow` keeps them out; `off` answers 404",
  },
  canonicalLink: {
    variable: "CANONICAL_LINK",
    read: flag,
    fallback: true,
    doc: 'Pictures say where their original is, `Link: <source>; rel="canonical"`, so that search engines index that one',
  },
  avif: {
    variable: "AVIF",
    read: oneOf("off", "second-view"),
    fallback: "off",
    doc: "`second-view`: the second request of a reader who takes AVIF that finds a still picture stored, but not at its edge, orders it once more as AVIF. It is made behind the answers, and such readers get it from then on if it has at most 92 % of the bytes; signed addresses may say `f:avif`. Read its price below first. It needs the heavy Worker and the queue `AVIF_JOBS`",
  },
  taps: {
    variable: "TAPS",
    read: listOf(oneOf(...TAP_NAMES)),
    fallback: ["thumbhash", "colour"],
    doc: "What a render for readers works out from its pixels: `thumbhash` and `colour`, which `/info` answers, `dhash` and `pdq`. Jobs of a catalogue make both hashes whatever stands here. Hashes need a rendition that shows all of the source and is at least 256 px long",
  },
} as const satisfies SomeSettings;
