import type { Transform } from "../../src/request/transform.ts";

/** Every option at its default. It is written out again, because tests must not take it from the table they check. */
export const PLAIN: Transform = {
  resize: "fit",
  width: 0,
  height: 0,
  dpr: 1,
  enlarge: false,
  gravity: { kind: "compass", at: "ce", x: 0, y: 0 },
  crop: null,
  background: null,
  quality: null,
  format: "auto",
  autoRotate: true,
  rotate: 0,
  extend: null,
  extendColour: null,
  keepCopyright: null,
  license: null,
  maxFrames: null,
};
