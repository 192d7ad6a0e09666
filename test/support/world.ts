import { expect } from "vitest";
import type { HttpVersion } from "../../warmer/push/socket.ts";
import type { ServiceDependencies, Warmer } from "../../warmer/service.ts";
import { startSender, startTestWarmer, unsettled, until } from "./warmer.ts";
import { startWarmSink } from "./warmSink.ts";

/** A warmer with two regions, a sink for each, and a sender. */
export type World = {
  readonly warmer: Warmer;
  readonly weur: Awaited<ReturnType<typeof startWarmSink>>;
  readonly apac: Awaited<ReturnType<typeof startWarmSink>>;
  send(bytes: string | Uint8Array): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Starts a world. At its end, every received hint must have ended as exactly one outcome. */
export async function world(
  env: Record<string, string> = {},
  http: HttpVersion = "1.1",
  parts: Partial<ServiceDependencies> = {},
): Promise<World> {
  const [weur, apac] = [await startWarmSink({}, 0, http), await startWarmSink({}, 0, http)];
  const regions = `weur=${weur.url},apac=${apac.url}`;
  const warmer = await startTestWarmer({ WARM_REGIONS: regions, WARM_HTTP: http, ...env }, parts);
  const sender = startSender(warmer.udp.port);
  await until(() => warmer.pushers.every(({ connections }) => connections.open > 0));
  return {
    warmer,
    weur,
    apac,
    send: sender.send,
    async [Symbol.asyncDispose]() {
      sender.close();
      await warmer.stop();
      await Promise.all([weur.close(), apac.close()]);
      // After the drain, nothing waits: received is the sum of all outcomes.
      expect(unsettled(warmer)).toBe(0);
    },
  };
}
