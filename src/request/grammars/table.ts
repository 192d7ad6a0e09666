/** Every URL grammar by its name, in the order in which they are tried. The first that matches reads the path. */

import { CLOUDFLARE } from "./cloudflare.ts";
import type { Grammar } from "./grammar.ts";
import { IMGPROXY } from "./imgproxy.ts";
import { IPX } from "./ipx.ts";
import { NEXT } from "./next.ts";
import { PHOTON } from "./photon.ts";
import { WSRV } from "./wsrv.ts";

export const GRAMMARS = {
  photon: PHOTON,
  cloudflare: CLOUDFLARE,
  next: NEXT,
  ipx: IPX,
  wsrv: WSRV,
  // It takes every path, so it is the last.
  imgproxy: IMGPROXY,
} as const satisfies Record<string, Grammar>;
