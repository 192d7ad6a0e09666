import { encodeFrame, FLAG, FRAME, frameHead } from "./frames.ts";
import { MAX_WINDOW, type PeerSettings } from "./peerSettings.ts";
import type { Stream } from "./stream.ts";

/**
 * Sends requests as far as the server's flow-control windows allow (RFC 9113, section 6.9). It sends the rest when they
 * open.
 */
export class RequestWriter {
  /** Bytes of DATA that the window of the connection still allows. */
  window = 65_535;
  /** Streams whose request is not sent completely. */
  blocked = 0;
  readonly #peer: PeerSettings;
  readonly #write: (text: string) => void;

  constructor(peer: PeerSettings, write: (text: string) => void) {
    this.#peer = peer;
    this.#write = write;
  }

  /**
   * Starts a request.
   * @param block its header block
   * @param body not empty
   */
  open(stream: Stream, block: string, body: string): void {
    const head = frameHead(FRAME.headers, FLAG.endHeaders, stream.id, block.length) + block;
    if (body.length <= this.#sendable(stream)) {
      this.#write(head + this.#data(stream, body, FLAG.endStream));
      return;
    }
    this.#write(head);
    stream.rest = body;
    this.blocked++;
    this.#send(stream);
  }

  /** Continues blocked requests as far as the windows allow. */
  resume(streams: Iterable<Stream>): void {
    for (const stream of streams) if (stream.rest !== "") this.#send(stream);
  }

  /** Forgets the unsent rest of a request. */
  drop(stream: Stream): void {
    if (stream.rest !== "") this.blocked--;
    stream.rest = "";
  }

  /** Opens the window of a stream or of the connection by `by` bytes. False if it becomes too large. */
  extendWindow(by: number, what: Stream | RequestWriter): boolean {
    what.window += by;
    return what.window <= MAX_WINDOW;
  }

  /** Applies a change of the initial window size to the open streams. False if one window becomes too large. */
  shiftWindows(by: number, streams: Iterable<Stream>): boolean {
    let fits = true;
    if (by !== 0) for (const stream of streams) fits = this.extendWindow(by, stream) && fits;
    return fits;
  }

  #send(stream: Stream): void {
    for (let most = this.#sendable(stream); most > 0 && stream.rest !== ""; most = this.#sendable(stream)) {
      const piece = stream.rest.slice(0, most);
      stream.rest = stream.rest.slice(most);
      this.#write(this.#data(stream, piece, stream.rest === "" ? FLAG.endStream : 0));
      if (stream.rest === "") this.blocked--;
    }
  }

  #sendable(stream: Stream): number {
    return Math.min(this.window, stream.window, this.#peer.maxFrameSize);
  }

  #data(stream: Stream, piece: string, flags: number): string {
    this.window -= piece.length;
    stream.window -= piece.length;
    return encodeFrame(FRAME.data, flags, stream.id, piece);
  }
}
