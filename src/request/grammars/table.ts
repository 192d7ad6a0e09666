/** Every URL grammar by its name, in the order in which they are tried. The first that matches reads the path. */
import type { Grammar } from "./grammar.ts";
import { IMGPROXY } from "./imgproxy.ts";
import { PHOTON } from "./photon.ts";

export const GRAMMARS = {
  photon: PHOTON,
  // It takes every path, so it is the last.
  imgproxy: IMGPROXY,
} as const satisfies Record<string, Grammar>;
