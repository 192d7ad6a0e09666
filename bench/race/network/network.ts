/** The delayed connections of one place: reader to edge, reader to API server, warmer to edge, edges to source. */
import { DISTANCES, type Legs, NO_DISTANCES } from "../distances.ts";
import { type DelayProxy, startDelayProxy } from "./delayProxy.ts";

/** Ports of loopback that the connections lead to. */
export type Ends = {
  readonly readerEdge: number;
  readonly pushEdge: number;
  readonly api: number;
  readonly source: number;
};

/** Ports of loopback that the connections begin at. */
export type Network = {
  readonly readerEdge: number;
  readonly readerApi: number;
  readonly warmerToPushEdge: number;
  readonly edgeSource: number;
  readonly pushEdgeToSource: number;
  /** Changes all distances at once. `limited`: with the reader's and the backbone's bandwidth. */
  set(legs: Legs, limited: boolean): void;
  stop(): Promise<void>;
};

const BYTES_PER_MS_AND_MBIT = 125;

export async function startNetwork(ends: Ends): Promise<Network> {
  let legs = NO_DISTANCES;
  let limited = false;
  const started: DelayProxy[] = [];
  const open = async (port: number, rtt: () => number, mbit: number | null) => {
    const distance = () => ({ rtt: rtt(), bytesPerMs: limited && mbit !== null ? mbit * BYTES_PER_MS_AND_MBIT : null });
    const proxy = await startDelayProxy(port, distance);
    started.push(proxy);
    return proxy.port;
  };
  const { readerEdge, backbone } = DISTANCES.bandwidthMbit;
  return {
    readerEdge: await open(ends.readerEdge, () => legs.readerEdge, readerEdge),
    readerApi: await open(ends.api, () => legs.readerApi, readerEdge),
    warmerToPushEdge: await open(ends.pushEdge, () => legs.warmerToPushEdge, null),
    edgeSource: await open(ends.source, () => legs.edgeSource, backbone),
    pushEdgeToSource: await open(ends.source, () => legs.pushEdgeToSource, backbone),
    set(next, limit) {
      legs = next;
      limited = limit;
    },
    async stop() {
      await Promise.all(started.map((proxy) => proxy.stop()));
    },
  };
}
