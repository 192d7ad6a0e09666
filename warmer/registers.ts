import { FORMATS } from "./formats.ts";
import { finish1, finish2 } from "./hash.ts";

/** More paths than fit into the largest datagram (`["/a",…]` at five bytes each). */
export const MAX_PATHS_PER_LINE = 300;

/** What a scan found: plain fields, overwritten by the next one, so that a hint costs no allocation. */
export class HintRegisters {
  /** Unix time of the hint, ms. */
  time = 0;
  /** Index of the deployed region. */
  region = 0;
  /** Index into FORMATS. */
  format = 0;
  /** 32-bit hash of the sender's name, 0 when it gave none. */
  sender = 0;
  /** Number of paths. */
  count = 0;
  /** Flickr's form: the path stands without its leading slash. */
  slashless = false;
  readonly starts = new Int32Array(MAX_PATHS_PER_LINE);
  readonly ends = new Int32Array(MAX_PATHS_PER_LINE);
  /** Lanes of the 64-bit hash; before `finish` their running states. */
  readonly lane1 = new Int32Array(MAX_PATHS_PER_LINE);
  readonly lane2 = new Int32Array(MAX_PATHS_PER_LINE);

  /** Ends the hashes once region and format are known. */
  finish(): void {
    const salt = this.region * FORMATS.length + this.format;
    for (let i = 0; i < this.count; i++) {
      const h1 = finish1(this.lane1[i] as number, salt);
      this.lane1[i] = h1;
      this.lane2[i] = finish2(this.lane2[i] as number, h1);
    }
  }
}
