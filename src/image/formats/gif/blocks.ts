/** Block structure of a GIF (GIF89a specification): the screen, then frames and the loop count, read one by one. */
import { createReader, damaged, type Reader } from "../byteReader.ts";

export type GifScreen = {
  /** 0 when the file leaves it open: the first frame decides. */
  readonly width: number;
  readonly height: number;
  /** Global palette, RGB; null when the file has none. */
  readonly palette: Uint8Array | null;
  /** Offset of the first block. */
  readonly end: number;
};

/** One frame as the file describes it. Its rectangle may reach over the screen's edges. */
export type GifFrame = {
  readonly kind: "frame";
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** RGB. The frame's own palette, else the global one, else null. Shorter than declared in a cut file. */
  readonly palette: Uint8Array | null;
  /** Palette index that leaves the screen as it is; null when there is none. */
  readonly transparent: number | null;
  readonly interlaced: boolean;
  /** What happens to the frame's rectangle before the next frame is drawn. */
  readonly disposal: "keep" | "background" | "previous";
  readonly delayMs: number;
  /** Offset of the LZW data: the minimum code size, then sub-blocks. */
  readonly data: number;
};

/** How often an animation is repeated after its first run; 0 is for ever. */
export type GifLoop = { readonly kind: "loop"; readonly repeats: number };

/** A comment, or an XMP packet. */
export type GifData = {
  readonly kind: "comment" | "xmp";
  /** Offset of the first byte behind the extension's own fields: of the sub-blocks, or of the packet. */
  readonly data: number;
  /** Offset behind the terminator, or the end of the file. */
  readonly end: number;
};

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const IMAGE_BYTES = 10;
const GRAPHIC_CONTROL = 0xf9;
const COMMENT = 0xfe;
const APPLICATION = 0xff;
const SCREEN_BYTES = 13;
/** The applications that store a loop count: name and authentication code, 11 bytes. */
const LOOPING: readonly string[] = ["NETSCAPE2.0", "ANIMEXTS1.0"];

/** The application that stores XMP. */
const XMP = "XMP DataXMP";
/** The length byte and the name of an application. */
const NAME_BYTES = 12;

type Control = Pick<GifFrame, "transparent" | "disposal" | "delayMs">;
const NO_CONTROL: Control = { transparent: null, disposal: "keep", delayMs: 0 };

/** Signature and logical screen. Throws image_damaged when the file is shorter than they are. */
export function readScreen(bytes: Uint8Array): GifScreen {
  if (bytes.length < SCREEN_BYTES) throw damaged(`it has ${bytes.length} bytes, a GIF has at least ${SCREEN_BYTES}`);
  const read = createReader(bytes, true);
  const palette = paletteAt(read, SCREEN_BYTES, read.u8(10));
  return { width: read.u16(6), height: read.u16(8), palette, end: SCREEN_BYTES + (palette?.length ?? 0) };
}

/**
 * Frames, the loop count, comments and XMP after the screen, in file order. Reads each byte at most once, only as far as the caller asks, and never
 * throws: the walk ends at the trailer, at the end of the file or at a byte that begins no block.
 */
export function* walkBlocks(bytes: Uint8Array, screen: GifScreen): Generator<GifFrame | GifLoop | GifData> {
  const read = createReader(bytes, true);
  let control = NO_CONTROL;
  let at = screen.end;
  while (at < read.length) {
    const introducer = read.u8(at);
    if (introducer === IMAGE) {
      if (at + IMAGE_BYTES > read.length) return;
      const frame = frameAt(read, at, screen, control);
      yield frame;
      control = NO_CONTROL;
      at = skipSubBlocks(read, frame.data + 1);
    } else if (introducer === EXTENSION) {
      // The label; at the end of the file 0, which is no extension's.
      const label = at + 1 < read.length ? read.u8(at + 1) : 0;
      const body = read.slice(at + 2, 20);
      if (label === GRAPHIC_CONTROL && (body[0] ?? 0) >= 4) control = controlOf(body);
      const loop = label === APPLICATION ? loopOf(body) : null;
      if (loop !== null) yield loop;
      const end = skipSubBlocks(read, at + 2);
      if (label === COMMENT) yield { kind: "comment", data: at + 2, end };
      else if (label === APPLICATION && isXmp(body)) yield { kind: "xmp", data: at + 2 + NAME_BYTES, end };
      at = end;
    } else if (introducer === 0) {
      // Some encoders write one block terminator too many.
      at++;
    } else return;
  }
}

function frameAt(read: Reader, at: number, screen: GifScreen, control: Control): GifFrame {
  const flags = read.u8(at + 9);
  const own = paletteAt(read, at + IMAGE_BYTES, flags);
  const [width, height] = [read.u16(at + 5), read.u16(at + 7)];
  // Browsers give a frame without an area the size of the screen.
  const size = width === 0 || height === 0 ? { width: screen.width, height: screen.height } : { width, height };
  return {
    kind: "frame",
    left: read.u16(at + 1),
    top: read.u16(at + 3),
    ...size,
    palette: own ?? screen.palette,
    interlaced: (flags & 0x40) !== 0,
    ...control,
    data: at + IMAGE_BYTES + (own?.length ?? 0),
  };
}

/** The palette that `flags` declare at `at`, cut at the end of the file. */
function paletteAt(read: Reader, at: number, flags: number): Uint8Array | null {
  return (flags & 0x80) === 0 ? null : read.slice(at, 3 * 2 ** ((flags & 7) + 1));
}

const DISPOSALS: Readonly<Record<number, GifFrame["disposal"]>> = { 2: "background", 3: "previous" };

/** A graphic control extension from its length byte on. The last one before a frame counts. */
function controlOf(body: Uint8Array): Control {
  const [, flags = 0, low = 0, high = 0, index = 0] = body;
  return {
    transparent: (flags & 1) === 1 ? index : null,
    disposal: DISPOSALS[(flags >> 2) & 7] ?? "keep",
    delayMs: 10 * (low | (high << 8)),
  };
}

/** An application extension from its length byte on: 11 bytes of name, then 3 bytes: 1 and the count (16 bits). */
function loopOf(body: Uint8Array): GifLoop | null {
  const [low, high] = [body[14], body[15]];
  // Numbers first: a file can hold a million of these, and a name takes much longer to read.
  if (body[0] !== 11 || body[12] !== 3 || body[13] !== 1 || low === undefined || high === undefined) return null;
  const name = String.fromCharCode(...body.subarray(1, 12));
  return LOOPING.includes(name) ? { kind: "loop", repeats: low | (high << 8) } : null;
}

/** Whether an application extension from its length byte on is XMP. */
function isXmp(body: Uint8Array): boolean {
  if (body[0] !== XMP.length || body[1] !== XMP.charCodeAt(0)) return false;
  return String.fromCharCode(...body.subarray(1, NAME_BYTES)) === XMP;
}

/** Offset after a run of sub-blocks and its terminator, or the end of the file. */
function skipSubBlocks(read: Reader, at: number): number {
  while (at < read.length) {
    const length = read.u8(at);
    at += 1 + length;
    if (length === 0) break;
  }
  return Math.min(at, read.length);
}
