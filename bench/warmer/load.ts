import { Child, LOAD_CORE, pinned } from "./process.ts";
import type { Tools } from "./tools.ts";

/** What to send. */
export type LoadOptions = {
  readonly port: number;
  /** Hints per second; 0 is as fast as possible. */
  readonly rate: number;
  readonly seconds: number;
  readonly perDatagram?: number;
  /** Share of hints that repeat an earlier picture, 0 to 1. */
  readonly repeats?: number;
  /** One datagram at a time with exponential gaps, instead of even bursts every 50 us. */
  readonly poisson?: boolean;
};

/** What was sent. */
export type LoadResult = {
  readonly sent: number;
  readonly distinct: number;
  readonly seconds: number;
  /** Datagrams that the kernel refused to send. */
  readonly refused: number;
  /** How often the generator was 2 ms late and skipped the backlog. */
  readonly behind: number;
};

/** The share of repeats in every row that does not say otherwise. */
export const REPEATS = 0.6;

let seed = 0;

/** Runs the generator on its core until it ends. */
export async function runLoad(tools: Tools, options: LoadOptions): Promise<LoadResult> {
  const words = ["-p", options.port, "-r", options.rate, "-d", options.seconds, "-m", options.perDatagram ?? 1];
  words.push("-u", options.repeats ?? REPEATS, "-x", ++seed);
  if (options.poisson === true) words.push("-P");
  const child = new Child(pinned(tools.pinning, LOAD_CORE, [...tools.load, ...words.map(String)]));
  return JSON.parse(await child.line(options.seconds * 1000 + 10_000)) as LoadResult;
}
