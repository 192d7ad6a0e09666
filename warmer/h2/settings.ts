import { MAX_FRAME_BYTES, readSettings, SETTING } from "./frames.ts";

const MAX_WINDOW = 2 ** 31 - 1;
const MAX_MAX_FRAME = 2 ** 24 - 1;

/** What the server allows (RFC 9113, section 6.5.2), before its SETTINGS as the protocol has it. */
export class PeerSettings {
  maxConcurrentStreams = Number.POSITIVE_INFINITY;
  initialWindowSize = 65_535;
  maxFrameSize = MAX_FRAME_BYTES;

  /** Takes a SETTINGS payload; false when it is none, or a value is out of bounds. */
  update(payload: string): boolean {
    const settings = readSettings(payload);
    if (settings === undefined) return false;
    for (const [id, value] of settings) {
      if (id === SETTING.maxConcurrentStreams) this.maxConcurrentStreams = value;
      else if (id === SETTING.initialWindowSize) {
        if (value > MAX_WINDOW) return false;
        this.initialWindowSize = value;
      } else if (id === SETTING.maxFrameSize) {
        if (value < MAX_FRAME_BYTES || value > MAX_MAX_FRAME) return false;
        this.maxFrameSize = value;
      } else if (id === SETTING.enablePush && value !== 0) return false;
    }
    return true;
  }
}
