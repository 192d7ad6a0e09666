/** The behaviours of a local source, good and bad: one row per behaviour. The first part of the path selects it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";

export type Scene = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The requested address, with its query. */
  readonly url: URL;
  /** The picture this server serves. */
  readonly picture: Uint8Array;
  /** Aborts when the server closes. Behaviours that never end stop then. */
  readonly until: AbortSignal;
};

const BOMB_BYTES = 8 << 20;
const bombs = new Map<string, Buffer>();

/** 8 MiB of zeros, encoded once: 8 KiB as gzip, less as Brotli. */
function bomb(encoding: "gzip" | "br"): Buffer {
  let made = bombs.get(encoding);
  if (made === undefined) {
    const zeros = Buffer.alloc(BOMB_BYTES);
    made =
      encoding === "gzip"
        ? gzipSync(zeros)
        : brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
    bombs.set(encoding, made);
  }
  return made;
}

/** Closes the connection with RST instead of FIN, under TLS too. */
function reset(request: IncomingMessage): void {
  const socket = request.socket as Socket & { readonly _parent?: Socket };
  (socket._parent ?? socket).resetAndDestroy();
}

/** Calls `step` every `ms` until the server or the connection closes. */
function every(ms: number, { response, until }: Scene, step: () => void): void {
  const timer = setInterval(step, ms);
  const stop = () => clearInterval(timer);
  until.addEventListener("abort", stop, { once: true });
  response.on("close", stop);
}

function send({ response, picture }: Scene, headers: Record<string, string | number> = {}, status = 200): void {
  response.writeHead(status, { "Content-Type": "image/jpeg", "Content-Length": picture.length, ...headers });
  response.end(picture);
}

const half = (scene: Scene) => scene.picture.subarray(0, scene.picture.length >> 1);

const CODERS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: gzipSync,
  "x-gzip": gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
};

/** Name -> behaviour. It takes the scene and the part of the path after its name. */
export const FAULTS: Readonly<Record<string, (scene: Scene, rest: string) => void>> = {
  "picture.jpg": (scene) =>
    send(scene, { "Cache-Control": "max-age=3600", ETag: '"one"', "Set-Cookie": "id=1; Path=/" }),
  /** A file of `?bytes=` that begins as the picture does. Answers ranges, unless `?whole=1`. */
  long({ request, response, url, picture }) {
    const bytes = Buffer.alloc(Number(url.searchParams.get("bytes")));
    bytes.set(picture);
    const [, last] = /^bytes=0-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    if (last === undefined || url.searchParams.get("whole") === "1") {
      response.writeHead(200, { "Content-Length": bytes.length });
      response.end(bytes);
      return;
    }
    const part = bytes.subarray(0, Number(last) + 1);
    const range = `bytes 0-${part.length - 1}/${bytes.length}`;
    response.writeHead(206, { "Content-Length": part.length, "Content-Range": range, ETag: '"long"' });
    response.end(part);
  },
  /** The same picture under every name. */
  many: (scene) => send(scene, { "Cache-Control": "max-age=3600" }),
  "wrong-type": (scene) => send(scene, { "Content-Type": "text/html" }),
  html({ response }) {
    response.writeHead(200, { "Content-Type": "image/jpeg" });
    response.end("<!doctype html><title>Not a picture</title>");
  },
  empty({ response }) {
    response.writeHead(200, { "Content-Type": "image/jpeg", "Content-Length": 0 });
    response.end();
  },
  /** Any status: `/status/503?after=30` sends Retry-After. */
  status({ request, response, url }, rest) {
    const after = url.searchParams.get("after");
    const status = Number(rest);
    if (status > 599 || status < 200) {
      request.socket.end(`HTTP/1.1 ${rest} Odd\r\nContent-Length: 3\r\nConnection: close\r\n\r\nodd`);
      return;
    }
    response.writeHead(status, after === null ? {} : { "Retry-After": after });
    response.end(status === 204 || status === 304 ? undefined : `status ${rest}`);
  },
  /** 304 if the request has the validator of the picture, else the picture. */
  conditional(scene) {
    const known = scene.request.headers["if-none-match"] === '"one"';
    if (!known) return send(scene, { ETag: '"one"' });
    scene.response.writeHead(304, { ETag: '"one"', "Cache-Control": "max-age=7200" });
    scene.response.end();
  },
  // Redirects.
  to({ response, url }) {
    response.writeHead(Number(url.searchParams.get("status") ?? 302), { Location: url.searchParams.get("url") ?? "" });
    response.end("moved");
  },
  /** `/chain/3` needs three redirects to the picture. */
  chain(scene, rest) {
    const left = Number(rest);
    if (left === 0) return send(scene);
    scene.response.writeHead(302, { Location: `/chain/${left - 1}` });
    scene.response.end();
  },
  "to-private"({ response }) {
    response.writeHead(302, { Location: "http://10.0.0.1/picture.jpg" });
    response.end();
  },
  loop({ response }) {
    response.writeHead(302, { Location: "/loop" });
    response.end();
  },
  /** Over TLS, a redirect to plain HTTP at `?host=`. Over plain HTTP, the picture. */
  downgrade(scene) {
    if (!("encrypted" in scene.request.socket)) return send(scene);
    scene.response.writeHead(302, { Location: `http://${scene.url.searchParams.get("host")}${scene.request.url}` });
    scene.response.end();
  },
  nowhere({ response }) {
    response.writeHead(302);
    response.end();
  },
  // Time.
  "silent-headers": () => {},
  "silent-body": (scene) => {
    scene.response.writeHead(200, { "Content-Length": scene.picture.length });
    scene.response.write(half(scene));
  },
  /** Slow loris: the picture, one byte every 20 ms. */
  drip(scene) {
    scene.response.writeHead(200, { "Content-Length": scene.picture.length });
    let at = 0;
    every(20, scene, () => scene.response.write(scene.picture.subarray(at, ++at)));
  },
  /** `/late/300`: the whole answer, 300 ms late. */
  late(scene, rest) {
    setTimeout(() => send(scene), Number(rest)).unref();
  },
  // Repeated and long fields.
  /** Two `Location` lines: `?url=` and `?other=`, which may be the same. */
  "to-twice"({ response, url }) {
    const targets = [url.searchParams.get("url") ?? "", url.searchParams.get("other") ?? ""];
    response.writeHead(302, ["Location", targets[0] ?? "", "Location", targets[1] ?? ""]);
    response.end("moved");
  },
  /** Any fields, as `?name=value`, repeated ones as lines of their own. */
  fields({ response, url, picture }) {
    response.writeHead(200, [...url.searchParams].flat());
    response.end(picture);
  },
  /** 206: `/part/all` has the whole picture, `/part/half` its first half, `/part/short` says all and sends half. */
  part(scene, rest) {
    const { length } = scene.picture;
    const last = rest === "half" ? (length >> 1) - 1 : length - 1;
    const body = rest === "all" ? scene.picture : half(scene);
    scene.response.writeHead(206, { "Content-Range": `bytes 0-${last}/${length}`, "Content-Length": body.length });
    scene.response.end(body);
  },
  // Connections that end early.
  reset: ({ request }) => reset(request),
  close: ({ request }) => request.socket.destroy(),
  "cut-body"(scene) {
    scene.response.writeHead(200, { "Content-Length": scene.picture.length });
    scene.response.write(half(scene), () => setTimeout(() => scene.request.socket.destroy(), 20));
  },
  "reset-body"(scene) {
    scene.response.writeHead(200, { "Content-Length": scene.picture.length });
    scene.response.write(half(scene), () => setTimeout(() => reset(scene.request), 20));
  },
  "cut-chunked"(scene) {
    scene.response.writeHead(200);
    scene.response.write(half(scene), () => setTimeout(() => scene.request.socket.destroy(), 20));
  },
  "cut-at-once"(scene) {
    scene.response.writeHead(200, { "Content-Length": scene.picture.length });
    scene.response.flushHeaders();
    setTimeout(() => scene.request.socket.destroy(), 20);
  },
  "cut-html"({ request, response }) {
    response.writeHead(200, { "Content-Length": 1000 });
    response.write("<!doctype html>", () => setTimeout(() => request.socket.destroy(), 20));
  },
  // Lengths.
  "length-short"(scene) {
    const { request, picture } = scene;
    request.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${half(scene).length}\r\nConnection: close\r\n\r\n`);
    request.socket.end(picture);
  },
  "length-long"(scene) {
    scene.response.writeHead(200, { "Content-Length": scene.picture.length + 1000 });
    scene.response.write(scene.picture, () => setTimeout(() => scene.request.socket.destroy(), 20));
  },
  "length-huge"(scene) {
    scene.response.writeHead(200, { "Content-Length": 10_000_000_000 });
    scene.response.write(scene.picture);
  },
  "length-negative": ({ request }) =>
    request.socket.end("HTTP/1.1 200 OK\r\nContent-Length: -5\r\nConnection: close\r\n\r\nabcde"),
  /** A body without a length that never ends. */
  endless(scene) {
    scene.response.writeHead(200);
    const block = Buffer.alloc(65_536, 0xff);
    const pump = () => {
      while (!scene.until.aborted && !scene.response.destroyed && scene.response.write(block));
    };
    scene.response.on("drain", pump);
    pump();
  },
  // Encodings.
  gzip({ response, picture }) {
    response.writeHead(200, { "Content-Encoding": "gzip" });
    response.end(gzipSync(picture));
  },
  /** `/coded/GZIP`: the picture in that coding, written so. */
  coded({ response, picture }, rest) {
    const encode = CODERS[rest.toLowerCase()] ?? ((bytes: Uint8Array) => bytes);
    response.writeHead(200, { "Content-Encoding": rest });
    response.end(encode(picture));
  },
  "x-gzip-bomb"({ response }) {
    response.writeHead(200, { "Content-Encoding": "x-gzip" });
    response.end(bomb("gzip"));
  },
  "gzip-bomb"({ response }) {
    const bytes = bomb("gzip");
    response.writeHead(200, { "Content-Encoding": "gzip", "Content-Length": bytes.length });
    response.end(bytes);
  },
  "br-bomb"({ response }) {
    const bytes = bomb("br");
    response.writeHead(200, { "Content-Encoding": "br", "Content-Length": bytes.length });
    response.end(bytes);
  },
  "gzip-garbage"({ response }) {
    response.writeHead(200, { "Content-Encoding": "gzip" });
    response.end("this is no gzip");
  },
  "gzip-cut"({ response, picture }) {
    const bytes = gzipSync(picture);
    response.writeHead(200, { "Content-Encoding": "gzip" });
    response.end(bytes.subarray(0, bytes.length >> 1));
  },
};
