/** Servers that behave like a provider, behind one real HTTP server on loopback that serves many host names. */
import { createServer, type IncomingHttpHeaders, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";

export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
};

export type LookAlike = {
  /** Matches whole host names. */
  readonly hosts: RegExp;
  answer(url: URL, headers: IncomingHttpHeaders): Answer | Promise<Answer>;
};

export type Asked = { readonly url: string; readonly status: number; readonly bytes: number };

export type Network = {
  /** Reaches the look-alikes by their own names; no other host. What is asked as `https:` goes over plain HTTP to loopback. */
  readonly fetch: typeof fetch;
  /** The port of the server, which tells the names apart by the Host header. */
  readonly port: number;
  /** Every request so far, in order. */
  readonly asked: Asked[];
  close(): Promise<void>;
};

/** The name that a client means which cannot set the Host header. */
export const ASKED_HOST = "x-asked-host";

/** Starts the server. A name that no look-alike has fails as a name without an address does in workerd. */
export async function startNetwork(lookAlikes: readonly LookAlike[]): Promise<Network> {
  const asked: Asked[] = [];
  const server = createServer(async ({ headers, url: path = "/" }, response) => {
    const url = new URL(path, `https://${headers[ASKED_HOST] ?? headers.host}`);
    const one = lookAlikes.find(({ hosts }) => hosts.test(url.hostname));
    const { status, headers: own = {}, body = "" } = (await one?.answer(url, headers)) ?? { status: 502 };
    const bytes = Buffer.from(body);
    asked.push({ url: url.href, status, bytes: bytes.length });
    response.writeHead(status, { ...own, "content-length": bytes.length });
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const known = (host: string) => lookAlikes.some(({ hosts }) => hosts.test(host));
  return {
    fetch: (input, init) => reach(new URL(String(input)), init, port, known),
    ...{ port, asked },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function reach(
  url: URL,
  init: RequestInit | undefined,
  port: number,
  known: (host: string) => boolean,
): Promise<Response> {
  if (!known(url.hostname)) return Promise.reject(new TypeError("internal error; reference = 0"));
  const headers = { ...Object.fromEntries(new Headers(init?.headers)), host: url.host };
  return new Promise((resolve, reject) => {
    const request = send(
      { port, host: "127.0.0.1", path: url.pathname + url.search, headers, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => {
          const status = answer.statusCode ?? 0;
          const body = status === 204 || status === 304 ? null : Buffer.concat(chunks);
          resolve(new Response(body, { status, headers: answer.headers as Record<string, string> }));
        });
      },
    );
    request.on("error", reject);
    request.end();
  });
}

export const NOT_FOUND: Answer = { status: 404 };

/** What a look-alike answers with for a size: `pictureOf`, or a photograph of that size. */
export type Draw = (width: number, height: number, format?: "jpeg" | "png" | "tiff") => Answer | Promise<Answer>;

/** A picture of this size, with some detail so that its bytes grow with its pixels. The same for the same size. */
export async function pictureOf(
  width: number,
  height: number,
  format: "jpeg" | "png" | "tiff" = "jpeg",
): Promise<Answer> {
  const key = `${width}x${height} ${format}`;
  const made = pictures.get(key) ?? draw(width, height, format);
  pictures.set(key, made);
  return { status: 200, headers: { "content-type": `image/${format}` }, body: await made };
}

const pictures = new Map<string, Promise<Uint8Array>>();

/** Grey stripes of some widths, which no format compresses to nothing. */
function draw(width: number, height: number, format: "jpeg" | "png" | "tiff"): Promise<Uint8Array> {
  const pixels = new Uint8Array(width * height);
  for (let at = 0; at < pixels.length; at++) pixels[at] = ((at % width) * 7 + Math.floor(at / width) * 3) & 0xff;
  const image = sharp(pixels, { raw: { width, height, channels: 1 } });
  return image.toFormat(format).toBuffer();
}
