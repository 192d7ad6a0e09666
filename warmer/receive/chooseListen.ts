import type { Log } from "../observe/log.ts";
import { openLibc } from "./libc.ts";
import { type Listen, listenDgram } from "./listen.ts";
import { createListenFfi } from "./listenFfi.ts";

/**
 * Datagrams per second that one core can process with each receiver. The size of the receive buffer is computed from
 * it.
 */
export const SERVICE_RATE = { dgram: 100_000, ffi: 150_000 } as const;

/** The receiver that WARM_RECEIVE asks for. Where it is not available: dgram, and one warning in the log. */
export async function chooseListen(receive: "dgram" | "ffi", log: Log): Promise<Listen> {
  if (receive === "dgram") return listenDgram;
  try {
    return createListenFfi(await openLibc());
  } catch (error) {
    const { message } = error as Error;
    log.warn({ node: process.version, message }, "WARM_RECEIVE=ffi is not available here, receiving with dgram");
    return listenDgram;
  }
}
