/** The engine alone in workerd. It makes the same picture several times and reports the time of the stages. */
import type { OutputFormat } from "../../src/image/formats/registry.ts";
import { renderImage } from "../../src/image/renderImage.ts";
import { wholeOf } from "../../src/rendition/chooseParent.ts";
import type { Transform } from "../../src/request/transform.ts";
import { WIDE_LIMITS } from "../limits.ts";

export type Job = { readonly transform: Transform; readonly format: OutputFormat; readonly times: number };

export default {
  /**
   * POST: the body is the source picture, `x-job` the Job as JSON. Answers with the last result. `x-made` has its size and
   * the milliseconds of each stage, summed over all results.
   */
  async fetch(request: Request): Promise<Response> {
    if (request.method !== "POST") return new Response("ready");
    const bytes = new Uint8Array(await request.arrayBuffer());
    const { times, transform, format } = JSON.parse(request.headers.get("x-job") ?? "") as Job;
    const sums = { decode: 0, resize: 0, encode: 0 };
    for (let i = 1; ; i++) {
      const made = await renderImage({ bytes, transform, format, limits: WIDE_LIMITS });
      for (const stage of ["decode", "resize", "encode"] as const) sums[stage] += made.stages[stage];
      if (i < times) continue;
      const { whole } = wholeOf(transform, format, made.source);
      const facts = { ...sums, width: made.width, height: made.height, whole };
      return new Response(made.bytes as Uint8Array<ArrayBuffer>, { headers: { "x-made": JSON.stringify(facts) } });
    }
  },
};
