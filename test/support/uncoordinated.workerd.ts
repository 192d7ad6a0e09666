/** A miss without a coordinator, and the one source that answers it. */
import { vi } from "vitest";
import { type CoordinatorPort, Lease } from "../../src/coordinate/lease.ts";
import { jpegOf } from "./world.workerd.ts";

/** Nobody coordinates; the outcomes are written down. */
export function writtenLease() {
  const heard: string[] = [];
  const port: CoordinatorPort = {
    ask: async () => ({ do: "fetch" }),
    report: async (_holder, _key, { kind }) => void heard.push(kind),
  };
  return { lease: new Lease(port, "test", "k"), heard };
}

/** Stands for all sources: answers as told, and counts. */
export function sourceIs(answer: () => Response | Promise<Response>) {
  return vi.spyOn(globalThis, "fetch").mockImplementation(async () => answer());
}
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
export const picture = async () => {
  await pause(20);
  return new Response(await jpegOf(80, 60), { headers: { "cache-control": "max-age=60" } });
};
