/**
 * The warmer without its last step: its own configuration, socket, parser, age filter, regions and dedup table. The
 * pusher is replaced by a sink that inserts the key and keeps the path, which is what the hand-over costs. A line on
 * standard input prints the counters.
 */

import { pino } from "pino";
import { systemClock } from "../../warmer/clock.ts";
import { parseConfig } from "../../warmer/config/parseConfig.ts";
import { drawKey } from "../../warmer/hint/hintScanner.ts";
import { PlaceTable } from "../../warmer/hint/placeTable.ts";
import { HintPipeline } from "../../warmer/hintPipeline.ts";
import { Counts } from "../../warmer/observe/counts.ts";
import { DedupTable } from "../../warmer/queue/dedupTable.ts";
import { chooseListen, SERVICE_RATE } from "../../warmer/receive/chooseListen.ts";
import { receiveBufferBytes } from "../../warmer/receive/listen.ts";
import { SenderList } from "../../warmer/receive/senderList.ts";

const config = parseConfig(process.env);
const key = drawKey();
const counts = new Counts();
const keys = new DedupTable(config.WARM_DEDUP_CAPACITY, config.WARM_DEDUP_SECONDS * 1000, systemClock.steady());
const deployed = config.WARM_REGIONS.map(({ region }) => region);

/** The paths handed over last. They are kept so that the compiler cannot remove their creation. */
const handedOver = new Array<string>(1024).fill("");
let wall = 0;
let steady = 0;
const sink = {
  add(_format: number, path: string, _expiry: number, keyLow: number, keyHigh: number, now: number): void {
    if (now !== wall) {
      wall = now;
      steady = systemClock.steady();
    }
    keys.insert(keyLow, keyHigh, steady);
    handedOver[counts.pushed++ & 1023] = path;
  },
};

const pipeline = new HintPipeline(
  {
    places: new PlaceTable(deployed, Object.fromEntries(config.WARM_PLACES), config.WARM_ENDPOINTS),
    key,
    format: config.WARM_FORMAT,
    hintSecret: config.WARM_HINT_SECRET,
    maxAgeMs: config.WARM_MAX_AGE_MS,
    skew: config.WARM_SKEW === "on",
  },
  keys,
  deployed.map(() => sink),
  counts,
  systemClock,
);
const listen = await chooseListen(config.WARM_RECEIVE, pino(pino.destination(2)));
const asked = config.WARM_RECEIVE_BUFFER || receiveBufferBytes(10, SERVICE_RATE[config.WARM_RECEIVE]);
const senders = new SenderList(config.WARM_ALLOWED_SENDERS, key[0]);
await listen({ ...config.WARM_LISTEN, receiveBufferBytes: asked }, senders, pipeline);

process.stdin.on("data", () => {
  const { received, duplicate, oldAtReceipt, future, pushed, rejected } = counts;
  console.log(JSON.stringify({ received, duplicate, old: oldAtReceipt, pushed, rejected, future }));
});
process.stdin.on("end", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
console.log("ready");
