/** Puts an ICC profile into a file of our encoders. */
import { createReader } from "../formats/byteReader.ts";
import { chunk } from "../formats/png/encoder/chunk.ts";
import type { OutputFormat } from "../formats/registry.ts";
import { ALPHA_FLAG, extendedHeader, riff } from "../formats/webp/container.ts";
import { webpHeader } from "../formats/webp/header.ts";
import { riffChunks } from "../formats/webp/riff.ts";

/** A whole file and a profile -> the file with it. */
type ProfileWriter = (file: Uint8Array, profile: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** Null: a file of this format has no profile here, and its colours are sRGB. */
export const PROFILE_WRITERS = {
  jpeg: jpegWithProfile,
  png: pngWithProfile,
  webp: webpWithProfile,
  avif: null,
} as const satisfies Record<OutputFormat, ProfileWriter | null>;

/** The longest part of a profile in a segment of 65 535 bytes: less its length, the name, and two numbers. */
const PART = 65_535 - 2 - 12 - 2;
const JPEG_NAME = "ICC_PROFILE\0";

/** ICC.1:2022 B.4: segments APP2, behind JFIF's segment. At most 255 of them. */
function jpegWithProfile(file: Uint8Array, profile: Uint8Array): Uint8Array {
  const hasJfif = file[3] === 0xe0;
  const at = 2 + (hasJfif ? 2 + (((file[4] ?? 0) << 8) | (file[5] ?? 0)) : 0);
  const count = Math.ceil(profile.length / PART);
  const segments = Array.from({ length: count }, (_, i) => {
    const part = profile.subarray(i * PART, (i + 1) * PART);
    const length = 2 + JPEG_NAME.length + 2 + part.length;
    return [Uint8Array.of(0xff, 0xe2, length >> 8, length & 255, ...ascii(JPEG_NAME), i + 1, count), part];
  });
  return joined([file.subarray(0, at), ...segments.flat(), file.subarray(at)]);
}

/** PNG 11.3.2.3: a chunk iCCP before the palette and the image data. */
async function pngWithProfile(file: Uint8Array, profile: Uint8Array): Promise<Uint8Array> {
  const afterHeader = 33;
  const stream = new Blob([Uint8Array.from(profile)]).stream().pipeThrough(new CompressionStream("deflate"));
  const deflated = new Uint8Array(await new Response(stream).arrayBuffer());
  const part = chunk("iCCP", joined([ascii("ICC profile\0\0"), deflated]));
  return joined([file.subarray(0, afterHeader), part, file.subarray(afterHeader)]);
}

/** Whether a file has a profile (RFC 9649 2.7.1). */
const ICC_FLAG = 0x20;

/** RFC 9649 2.7: a chunk ICCP right behind the header of an extended file. */
function webpWithProfile(file: Uint8Array, profile: Uint8Array): Uint8Array {
  const read = createReader(file, true);
  const chunks = [...riffChunks(read, 12, file.length)].map(({ tag, at, length }) => ({
    tag,
    data: read.slice(at, length),
  }));
  const { width, height, alpha } = webpHeader(file);
  const [first, ...rest] = chunks;
  const isExtended = first?.tag === "VP8X";
  const flags = (isExtended ? (first.data[0] ?? 0) : alpha ? ALPHA_FLAG : 0) | ICC_FLAG;
  const header = { tag: "VP8X", data: extendedHeader({ width, height }, flags) };
  return riff([header, { tag: "ICCP", data: profile }, ...(isExtended ? rest : chunks)]);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
