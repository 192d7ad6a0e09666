/** What answers hold. */
import { flag, listOf, oneOf } from "../read.ts";
import type { SomeSettings } from "../setting.ts";
import { TAP_NAMES } from "../taps.ts";

export const ANSWERS = {
  keepCopyright: {
    variable: "KEEP_COPYRIGHT",
    read: flag,
    fallback: true,
    doc: "Thumbnails keep the metadata about rights that the fetched bytes carry (creator, copyright, licence), as XMP of at most 512 bytes under 400 pixels and 2 KB above. `false`: only where the address asks for it (`keep_copyright`). It is part of the key: a change makes every picture anew",
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
    doc: "`second-view`: a still picture that readers who take AVIF have asked for twice past the edge is made once more as AVIF, behind the answers, and they get that from then on if it has at most 92 % of the bytes; signed addresses may say `f:avif`. Read its price below first. It needs the heavy Worker and the queue `AVIF_JOBS`",
  },
  taps: {
    variable: "TAPS",
    read: listOf(oneOf(...TAP_NAMES)),
    fallback: ["thumbhash", "colour"],
    doc: "What a render for readers works out from its pixels: `thumbhash` and `colour`, which `/info` answers, `dhash` and `pdq`. Jobs of a catalogue make both hashes whatever stands here. Hashes need a rendition that shows all of the source and is at least 256 px long",
  },
} as const satisfies SomeSettings;
