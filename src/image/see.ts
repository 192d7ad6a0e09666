/** Decodes pictures for what has to look at them before, or beside, the result. */
import type { Transform } from "../request/transform.ts";
import { embeddedConversion } from "./colour/embedded.ts";
import { decode } from "./decode.ts";
import type { Source } from "./header.ts";
import type { Decoded, Pixels } from "./picture.ts";
import type { Plan } from "./plan.ts";
import type { EngineLimits, Stopwatch } from "./rendition.ts";
import { dividedBy } from "./resize/whole.ts";

export type Seen = { readonly pixels: Pixels; readonly truncated: boolean };

/** What is looked at. */
export type LookOrder = {
  readonly transform: Transform;
  readonly limits: EngineLimits;
  readonly fileBytes: number;
  /** The most pixels of the copy in which a border is looked for. */
  readonly mostSeen: number;
};

/** The view of a plan, as it is stored (not turned). */
export type See = (plan: Plan) => Promise<Seen>;

/** See for a file that this Worker decodes. `converts`: whether colours become sRGB. */
export function seeing(bytes: Uint8Array, source: Source, clock: Stopwatch, converts = true): See {
  return async (plan) => shrunk(await decode(plan.decoders, bytes, source, plan, clock), source, plan, converts);
}

/** What was decoded, in sRGB where `converts` says so, after the second pass of a very strong reduction. */
export async function shrunk(given: Decoded, source: Source, plan: Plan, converts: boolean): Promise<Seen> {
  const { pixels } = given.picture.frames[0];
  if (converts) {
    const convert = given.convert === undefined ? await embeddedConversion(source) : given.convert;
    convert?.(pixels.data);
  }
  return { pixels: await dividedBy(pixels, plan.shrink), truncated: given.truncated };
}
