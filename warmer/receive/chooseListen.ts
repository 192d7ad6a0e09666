import type { Log } from "../observe/log.ts";
import { openLibc } from "./libc.ts";
import { type Listen, listenDgram } from "./listen.ts";
import { createListenFfi } from "./listenFfi.ts";

/** Datagrams per second each way of receiving works off on one core, for the size of the socket's buffer. */
export const SERVICE_RATE = { dgram: 100_000, ffi: 150_000 } as const;

/** The way of receiving that was asked for, or dgram with a line in the log where it is not available. */
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
