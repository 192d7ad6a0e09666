import { encodeFrame, encodeSettings, FLAG, FRAME } from "../../warmer/push/h2/frames.ts";
import { RequestFields } from "../../warmer/push/h2/hpack.ts";
import { Http2Codec, type Http2CodecOptions } from "../../warmer/push/h2/http2Codec.ts";
import { PushBatch } from "../../warmer/queue/pushBatch.ts";

const FIELDS = new RequestFields(new URL("http://a.example"));
/** The SETTINGS of a server without limits. */
export const HELLO = encodeSettings([]);

/** A codec, what it wrote (each frame as `type flags stream length`), and the events it sent. */
export function begin(hello = HELLO, options: Partial<Http2CodecOptions> = {}) {
  const events: string[] = [];
  const pieces: string[] = [];
  const batches: PushBatch[] = [];
  let out = "";
  const index = (batch: PushBatch): number => batches.indexOf(batch);
  const codec = new Http2Codec(
    { fields: FIELDS, streams: 64, ...options },
    {
      write: (text) => (out += text),
      changed: () => events.push("changed"),
      partial: (batch, status, piece) => pieces.push(`${index(batch)} ${status} ${piece}`),
      answered: (batch, answer) => events.push(`${index(batch)} ${answer.status} ${answer.body}`),
      lost: (lost, reason) => events.push(`lost ${lost.map(index).join(",")} ${reason}`),
      end: (reason) => events.push(`end ${reason}`),
    },
  );
  const preface = out;
  const read = (): { frames: string[]; payloads: string[] } => {
    const bytes = Buffer.from(out, "latin1");
    out = "";
    const [frames, payloads]: [string[], string[]] = [[], []];
    for (let at = 0; at < bytes.length; ) {
      const length = bytes.readUIntBE(at, 3);
      frames.push(`${bytes[at + 3]} ${bytes[at + 4]} ${bytes.readUInt32BE(at + 5)} ${length}`);
      payloads.push(bytes.toString("latin1", at + 9, at + 9 + length));
      at += 9 + length;
    }
    return { frames, payloads };
  };
  if (hello !== "") codec.receive(hello);
  read();
  events.length = 0;
  return {
    codec,
    events,
    pieces,
    preface,
    read,
    /** Sends a body. Returns the DATA frames that left. */
    push(body = "{}", sentAt = 0) {
      const batch = new PushBatch();
      batch.sentAt = sentAt;
      batches.push(batch);
      codec.send({ body, time: 0, signature: null }, batch);
      return read().frames.filter((frame) => frame.startsWith("0 "));
    },
  };
}

/** A complete response on a stream. @param status HPACK block of the status, 204 by default */
export const answer = (stream: number, body = "ok", status = "\x89"): string =>
  encodeFrame(FRAME.headers, FLAG.endHeaders, stream, status) + encodeFrame(FRAME.data, FLAG.endStream, stream, body);
