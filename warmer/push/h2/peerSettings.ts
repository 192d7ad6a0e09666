import { type ConnectionError, ERROR } from "./errors.ts";
import { MAX_FRAME_BYTES, readSettings, SETTING } from "./frames.ts";

/** The largest window (RFC 9113, section 6.9.1). */
export const MAX_WINDOW = 2 ** 31 - 1;
const MAX_MAX_FRAME = 2 ** 24 - 1;

/** The limits of the server (RFC 9113, section 6.5.2). They have the default values until its SETTINGS arrive. */
export class PeerSettings {
  /** The SETTINGS have arrived. No request is sent before. */
  known = false;
  maxConcurrentStreams = Number.POSITIVE_INFINITY;
  initialWindowSize = 65_535;
  maxFrameSize = MAX_FRAME_BYTES;

  /** Applies a SETTINGS payload. Returns the error, if there is one. */
  update(payload: string): ConnectionError | undefined {
    const settings = readSettings(payload);
    if (settings === undefined) return [ERROR.frameSize, `SETTINGS of ${payload.length} bytes, not a multiple of 6`];
    for (const [id, value] of settings) {
      if (id === SETTING.maxConcurrentStreams) this.maxConcurrentStreams = value;
      else if (id === SETTING.initialWindowSize) {
        if (value > MAX_WINDOW) return [ERROR.flowControl, `initial window of ${value}, above ${MAX_WINDOW}`];
        this.initialWindowSize = value;
      } else if (id === SETTING.maxFrameSize) {
        if (value < MAX_FRAME_BYTES || value > MAX_MAX_FRAME) {
          return [ERROR.protocol, `frame size of ${value}, not ${MAX_FRAME_BYTES} to ${MAX_MAX_FRAME}`];
        }
        this.maxFrameSize = value;
      } else if (id === SETTING.enablePush && value !== 0) return [ERROR.protocol, "server push enabled"];
    }
    this.known = true;
    return undefined;
  }
}
