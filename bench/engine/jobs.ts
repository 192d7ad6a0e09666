/** The protocol between the bench and its Workers. */
import { dropAllEngines, engineMemory, takePeakMemory } from "../../src/image/engines.ts";
import type { RenderOrder } from "../../src/image/rendition.ts";

export type EngineName = "auto" | "libwebp" | "photon" | "jsquash";

/** A job: an order without its bytes, the engine, and how often to make the picture. */
export type Job = Omit<RenderOrder, "bytes" | "source"> & { readonly engine: EngineName; readonly times: number };

type Render = (order: RenderOrder) => Promise<{ readonly bytes: Uint8Array }>;

/**
 * Engines -> a fetch handler. POST: the body is the picture, `x-job` the Job as JSON; answers with the last result.
 * DELETE drops every instance. The memory of jSquash cannot be measured from outside and counts as 0.
 */
export function serveJobs(engines: Readonly<Partial<Record<EngineName, Render>>>) {
  return async (request: Request): Promise<Response> => {
    if (request.method === "DELETE") {
      dropAllEngines();
      takePeakMemory();
      return new Response();
    }
    if (request.method !== "POST") return new Response("ready");
    const bytes = new Uint8Array(await request.arrayBuffer());
    const { times, engine, ...order } = JSON.parse(request.headers.get("x-job") ?? "") as Job;
    const render = engines[engine];
    if (render === undefined) return new Response(`no engine ${engine} in this Worker`, { status: 500 });
    try {
      let result = await render({ ...order, bytes });
      for (let i = 1; i < times; i++) result = await render({ ...order, bytes });
      return new Response(result.bytes as Uint8Array<ArrayBuffer>, {
        headers: { "x-memory": String(takePeakMemory()), "x-modules": Object.keys(engineMemory()).join(" ") },
      });
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  };
}
