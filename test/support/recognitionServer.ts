/**
 * A server that speaks Rekognition's DetectLabels (JSON 1.1) for tests and development. It checks SigV4 and the size of each
 * picture, and throttles, fails or hangs when told to. It counts what a real one would charge for.
 */
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";

/** What a call meets. `hang`: it is charged for and never answered. */
export type Fate = "answer" | "throttle" | "fail" | "hang" | "garbage" | "refuse";

export type Call = {
  /** SHA-256 of its bytes. */
  readonly picture: string;
  readonly fate: Fate;
  readonly pixels: number;
  readonly paid: boolean;
  /** False: the client was gone before the answer, or gets none. */
  answered: boolean;
};

export type RecognitionServer = {
  readonly url: string;
  readonly calls: readonly Call[];
  /** Calls that were not what a client may send, in words. Empty = all was well. */
  readonly problems: readonly string[];
  stop(): Promise<void>;
};

export type RecognitionOptions = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  /** `number` counts all calls from 0. */
  readonly fateOf?: (number: number) => Fate;
  /** The service's `Labels`, as JSON. */
  readonly labels: unknown;
  readonly answerMs?: number;
};

const MOST_PIXELS = 1920 * 1080;

export async function startRecognition(options: RecognitionOptions): Promise<RecognitionServer> {
  const calls: Call[] = [];
  const problems: string[] = [];
  let number = 0;
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      problems.push(String(error));
      response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const error = (status: number, type: string) => {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": type });
      response.end(JSON.stringify({ __type: type, message: "of this test" }));
    };
    const wrong = wrongIn(request, body, options);
    if (wrong !== null) {
      problems.push(wrong);
      return error(400, "InvalidSignatureException");
    }
    const { Image } = JSON.parse(body.toString()) as { Image: { Bytes: string } };
    const jpeg = Buffer.from(Image.Bytes, "base64");
    const { width = 0, height = 0, format } = await sharp(jpeg).metadata();
    if (
      format !== "jpeg" ||
      width > 1920 ||
      height > 1080 ||
      width * height > MOST_PIXELS ||
      Math.min(width, height) < 80
    ) {
      problems.push(`${format} of ${width} x ${height}`);
    }
    const fate = options.fateOf?.(number++) ?? "answer";
    const paid = fate === "answer" || fate === "hang" || fate === "garbage";
    const picture = createHash("sha256").update(jpeg).digest("hex");
    const call: Call = { picture, fate, pixels: width * height, paid, answered: false };
    calls.push(call);
    response.on("finish", () => (call.answered = true));
    if (fate === "throttle") return error(400, "ThrottlingException");
    if (fate === "fail") return error(500, "InternalServerError");
    if (fate === "refuse") return error(400, "InvalidImageFormatException");
    if (fate === "hang") return;
    await new Promise((resolve) => setTimeout(resolve, options.answerMs ?? 0));
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    response.end(fate === "garbage" ? "<html>" : JSON.stringify({ LabelModelVersion: "3.0", Labels: options.labels }));
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}/`, calls, problems },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** Calls that were paid for beyond the first of each picture. */
export function repeatsOf(calls: readonly Call[]): number {
  const paid = calls.filter((call) => call.paid).map(({ picture }) => picture);
  return paid.length - new Set(paid).size;
}

const EARLY_MS = 300_000;

/** Null: the signature is right. Written from AWS's description, apart from the Worker's own code. */
function wrongIn(
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  { accessKeyId, secretAccessKey, region }: RecognitionOptions,
): string | null {
  if (method !== "POST" || url !== "/") return `${method} ${url}`;
  if (headers["x-amz-target"] !== "RekognitionService.DetectLabels") return `target ${headers["x-amz-target"]}`;
  if (headers["content-type"] !== "application/x-amz-json-1.1") return `type ${headers["content-type"]}`;
  const time = String(headers["x-amz-date"]);
  const iso = time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  if (!(Math.abs(Date.parse(iso) - Date.now()) < EARLY_MS)) return `time ${time}`;
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/rekognition\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;
  const [, key = "", date = "", place = "", names = "", signature = ""] = form.exec(headers.authorization ?? "") ?? [];
  if (key !== accessKeyId || place !== region || date !== time.slice(0, 8)) return `credential ${key}/${date}/${place}`;
  for (const needed of ["host", "x-amz-date", "x-amz-target", "content-type"]) {
    if (!names.split(";").includes(needed)) return `${needed} is not signed`;
  }
  const lines = names.split(";").map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = ["POST", "/", "", lines.join(""), names, createHash("sha256").update(body).digest("hex")].join(
    "\n",
  );
  const scope = `${date}/${region}/rekognition/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${createHash("sha256").update(canonical).digest("hex")}`;
  const secret = [date, region, "rekognition", "aws4_request"].reduce<Buffer>(
    (before, part) => createHmac("sha256", before).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  const expected = createHmac("sha256", secret).update(text).digest("hex");
  return signature === expected ? null : "the signature does not match";
}
