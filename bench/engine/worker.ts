/** The Worker that is measured: the real engine of `src/image`, and beside it the pipelines it is compared with. */
import { renderImage } from "../../src/image/pipeline.ts";
import type { RenderOrder } from "../../src/image/rendition.ts";
import { dropAllEngines, engineMemory, takePeakMemory } from "../../src/image/wasm.ts";
import { jsquashMemory, renderWithJsquash } from "./jsquash.ts";

/** What a request asks for: an order without its bytes, and how often to make it. */
export type Job = Omit<RenderOrder, "bytes" | "engine"> & {
  readonly engine: RenderOrder["engine"] | "jsquash";
  readonly times: number;
};

export default {
  /** POST: a picture's bytes, the Job as JSON in `x-job`. The last result comes back. DELETE drops every instance. */
  async fetch(request: Request): Promise<Response> {
    if (request.method === "DELETE") {
      dropAllEngines();
      takePeakMemory();
      return new Response();
    }
    if (request.method !== "POST") return new Response("ready");
    const bytes = new Uint8Array(await request.arrayBuffer());
    const { times, engine, ...order } = JSON.parse(request.headers.get("x-job") ?? "") as Job;
    const render = () =>
      engine === "jsquash" ? renderWithJsquash(bytes, order.transform.width) : renderImage({ ...order, engine, bytes });
    try {
      let result = await render();
      for (let i = 1; i < times; i++) result = await render();
      const memory = engine === "jsquash" ? jsquashMemory() : takePeakMemory();
      return new Response(result.bytes as Uint8Array<ArrayBuffer>, {
        headers: { "x-memory": String(memory), "x-modules": Object.keys(engineMemory()).join(" ") },
      });
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
};
