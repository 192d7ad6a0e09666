/** The measured Worker, with the real engine of `src/image`: as it is, and with libwebp in place of our encoder of WebP. */
import { ENCODERS } from "../../src/image/formats/codecs.ts";
import { encodeByLibwebp } from "../../src/image/formats/webp/libwebp.ts";
import type { Encode } from "../../src/image/picture.ts";
import { renderImage } from "../../src/image/renderImage.ts";
import { serveJobs } from "./jobs.ts";

const webp: Encode = ({ frames: [first] }, { quality, effort }) => encodeByLibwebp(first.pixels, quality, effort);
const withLibwebp = { ...ENCODERS, webp };

export default {
  fetch: serveJobs({ auto: (order) => renderImage(order), libwebp: (order) => renderImage(order, withLibwebp) }),
};
