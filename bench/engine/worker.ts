/** The Worker that is measured: the real engine of `src/image`, and beside it what it is compared with. */
import { renderImage } from "../../src/image/pipeline.ts";
import type { RenderOrder } from "../../src/image/rendition.ts";
import { engineMemory } from "../../src/image/wasm.ts";

export default {
  /** POST: the picture's bytes, the order (without bytes) as JSON in `x-order`, how often in `x-times`. */
  async fetch(request: Request): Promise<Response> {
    if (request.method === "GET") return Response.json(engineMemory());
    const bytes = new Uint8Array(await request.arrayBuffer());
    const order = JSON.parse(request.headers.get("x-order") ?? "") as Omit<RenderOrder, "bytes">;
    const times = Number(request.headers.get("x-times"));
    try {
      let result = await renderImage({ ...order, bytes });
      for (let i = 1; i < times; i++) result = await renderImage({ ...order, bytes });
      return new Response(result.bytes as Uint8Array<ArrayBuffer>, {
        headers: { "x-size": `${result.width}x${result.height}`, "x-memory": JSON.stringify(engineMemory()) },
      });
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
};
