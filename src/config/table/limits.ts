/** How much a picture may have and take. */
import { engine, listOf, oneOf, whole } from "../read.ts";
import type { SomeSettings } from "../setting.ts";

const MIB = 1 << 20;

export const LIMITS = {
  maxSourceBytes: {
    variable: "MAX_SOURCE_BYTES",
    read: whole(1, 100 * MIB),
    fallback: 32 * MIB,
    doc: "Largest source file, in bytes as read. At most `MAX_BYTES_IN_FLIGHT`; if only one of the two is set, the other is adjusted to it",
  },
  maxSourcePixels: {
    variable: "MAX_SOURCE_PIXELS",
    read: whole(1, 1_000_000_000),
    fallback: 100_000_000,
    doc: "Largest source picture, in pixels (width times height)",
  },
  maxSourceFrames: {
    variable: "MAX_SOURCE_FRAMES",
    read: whole(1, 100_000),
    fallback: 1000,
    doc: "Most frames of a source of which no frame can be read alone. Of GIF, PNG and WebP the first frames are read, however many there are",
  },
  maxResultSide: {
    variable: "MAX_RESULT_SIDE",
    read: whole(1, 16_383),
    fallback: 4096,
    doc: "Longest side of a result, in pixels. Sizes of `LADDER` above it are not used",
  },
  maxResultPixels: {
    variable: "MAX_RESULT_PIXELS",
    read: whole(1, 100_000_000),
    fallback: 12_000_000,
    doc: "Most pixels of a result",
  },
  maxAnimationFrames: {
    variable: "MAX_ANIMATION_FRAMES",
    read: whole(1, 10_000),
    fallback: 1,
    doc: "Most frames of a result. 1: every result is a still. Above 1, readers who take WebP get animated WebP of GIF, APNG and animated WebP; of a longer animation the first frames, and `X-Firstlight-Frames` says how many. It is part of the keys of their pictures, so after a change these pictures are made anew",
  },
  maxAnimationPixels: {
    variable: "MAX_ANIMATION_PIXELS",
    read: whole(1, 100_000_000),
    fallback: 12_000_000,
    doc: "Most pixels of a moving result, all frames together. A result with more gets fewer frames. At most 50 million pixels of the source are decoded for one result, which limits the frames too",
  },
  maxRedirects: {
    variable: "MAX_REDIRECTS",
    read: whole(0, 10),
    fallback: 3,
    doc: "Most redirects that the Worker follows from a source. It checks each one like the first address",
  },
  sourceTimeoutMs: {
    variable: "SOURCE_TIMEOUT_MS",
    read: whole(100, 60_000),
    fallback: 10_000,
    doc: "Time limit for the whole exchange with a source, in milliseconds, with redirects and body",
  },
  queueMs: {
    variable: "QUEUE_MS",
    read: whole(0, 60_000),
    fallback: 10_000,
    doc: "How long a request waits for memory, for the render slot, or for a slot or a grant of the source's host, in milliseconds, before it gets 503",
  },
  onSaturation: {
    variable: "ON_SATURATION",
    read: oneOf("wait", "redirect"),
    fallback: "wait",
    doc: "A source's host gets no more requests for now, because its limits are used up. `wait`: a reader waits up to `QUEUE_MS`. `redirect`: after one second a reader of a whole picture gets 302 to the source's own HTTPS address; the provider then sees the reader's address",
  },
  maxBytesInFlight: {
    variable: "MAX_BYTES_IN_FLIGHT",
    read: whole(1, 100 * MIB),
    fallback: 32 * MIB,
    doc: "Most source bytes that one isolate holds at the same time",
  },
  maxMissesInFlight: {
    variable: "MAX_MISSES_IN_FLIGHT",
    read: whole(0, 10_000),
    fallback: 0,
    doc: "Most new pictures that one client (IPv6: a /64) may wait for at once, counted per isolate; above it answers 429 `in_flight_limited`. 0 = any number",
  },
  engine: {
    variable: "ENGINE",
    read: engine,
    fallback: "auto",
    doc: "Only `auto`. The baseline, which makes every thumbnail with photon, is a separate build: `npm run bench -- engine`",
  },
  decoders: {
    variable: "DECODERS",
    read: listOf((text) => text),
    fallback: [],
    doc: "Kinds of pictures that are decoded, such as `jpeg,png,webp,gif,svg`; the others are answered with 415. docs/front-end/url.md has the names. Empty = all",
  },
} as const satisfies SomeSettings;
