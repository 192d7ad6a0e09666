import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SERVICES } from "../../../../src/catalogue/recognition/recogniser.ts";
import { answerOf, rekognition } from "../../../../src/catalogue/recognition/services/rekognition.ts";
import { signV4 } from "../../../../src/catalogue/recognition/services/sigV4.ts";
import { workersAi } from "../../../../src/catalogue/recognition/services/workersAi.ts";
import { type Fate, type RecognitionServer, startRecognition } from "../../../support/recognitionServer.ts";

const KEYS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret/+of this test" };
const LABELS = [
  {
    ...{ Name: "Cat", Confidence: 97.5, Parents: [{ Name: "Animal" }], Aliases: [{ Name: "Kitty" }] },
    Instances: [{ BoundingBox: { Left: 0.1, Top: 0.2, Width: 0.3, Height: 0.4 }, Confidence: 97 }],
  },
  { Name: "Table", Confidence: 55 },
  { Name: 7, Confidence: 99 },
];

let server: RecognitionServer;
let fate: Fate = "answer";
let jpeg: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  server = await startRecognition({ ...KEYS, region: "eu-west-1", labels: LABELS, fateOf: () => fate });
  const create = { width: 200, height: 100, channels: 3, background: "#369" } as const;
  jpeg = Uint8Array.from(await sharp({ create }).jpeg().toBuffer());
});
afterAll(() => server.stop());

/** A loaded machine may take seconds for an answer. */
const PATIENCE_MS = 10_000;
const client = (over: object = {}, timeoutMs = PATIENCE_MS) =>
  rekognition({ ...KEYS, region: "eu-west-1", endpoint: server.url, ...over }, { fetch, now: Date.now, timeoutMs });

test("labels with parents, aliases and boxes; the server has checked the signature", async () => {
  fate = "answer";
  expect(await client().recognise(jpeg)).toEqual({
    ...{ kind: "found", modelVersion: "3.0" },
    labels: [
      { name: "Cat", confidence: 0.975, parents: ["Animal"], aliases: ["Kitty"], boxes: [[0.1, 0.2, 0.3, 0.4]] },
      { name: "Table", confidence: 0.55, parents: [], aliases: [], boxes: [] },
    ],
  });
  expect(server.problems).toEqual([]);
});

test.each([
  ["throttle", { kind: "throttled" }],
  ["fail", { kind: "unavailable" }],
  ["hang", { kind: "unknown", why: "TimeoutError" }],
  ["garbage", { kind: "unknown" }],
  ["refuse", { kind: "refused", why: "InvalidImageFormatException" }],
] as const)("%s", async (given, expected) => {
  fate = given;
  const timeoutMs = given === "hang" ? 300 : PATIENCE_MS;
  expect(await client({}, timeoutMs).recognise(jpeg)).toMatchObject(expected);
});

test.each([
  ["another secret", { secretAccessKey: "x" }],
  ["another key", { accessKeyId: "x" }],
  ["another region", { region: "eu-west-2" }],
])("%s is refused by the server: misconfigured", async (_, over) => {
  const before = server.problems.length;
  expect(await client(over).recognise(jpeg)).toMatchObject({ kind: "misconfigured", why: "InvalidSignatureException" });
  expect(server.problems.length).toBe(before + 1);
});

test.each([["no server", { endpoint: "http://127.0.0.1:1/" }, { kind: "unknown" }]])(
  "%s: it may have been paid",
  async (_, over, expected) => {
    expect(await client(over).recognise(jpeg)).toMatchObject(expected);
  },
);

test("a picture over 5 MiB is not sent", async () => {
  const before = server.calls.length;
  expect(await client().recognise(new Uint8Array(5_242_881))).toMatchObject({ kind: "refused" });
  expect(server.calls.length).toBe(before);
});

test.each([
  [400, "com.amazonaws.rekognition#ThrottlingException", "throttled"],
  [400, "ThrottlingException:http://internal/", "throttled"],
  [429, "", "throttled"],
  [503, "", "unavailable"],
  [403, "AccessDeniedException", "misconfigured"],
  [200, "", "unknown"],
  [302, "", "misconfigured"],
])("HTTP %i %s is %s", (status, type, kind) => {
  expect(answerOf(status, JSON.stringify({ __type: type })).kind).toBe(kind);
});

test.each(Object.entries(SERVICES))("a picture of %s is reserved at its list price, rounded up", (_, service) => {
  expect(service.priceMicros).toBe(Math.ceil(service.usdPerMillion));
  expect(service.read).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/);
  expect(URL.canParse(`https://${service.source}`)).toBe(true);
});

/** AWS's own example of a POST without a session (aws-sig-v4-test-suite, post-vanilla). */
test("the signature is the one of AWS's test suite", async () => {
  const order = { url: new URL("https://example.amazonaws.com/"), headers: {}, body: new Uint8Array() };
  const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
  const sent = await signV4({ ...order, region: "us-east-1", service: "service" }, keys, Date.UTC(2015, 7, 30, 12, 36));
  expect(sent.authorization).toBe(
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, " +
      "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  );
});

test("Workers AI: classes with synonyms, throttled, and silent", async () => {
  const of = (answer: () => Promise<unknown>) => workersAi({ run: answer }, 50).recognise(jpeg);
  expect(
    await of(async () => [
      { label: "EGYPTIAN CAT, TABBY", score: 0.7 },
      { label: 1, score: 1 },
    ]),
  ).toEqual({
    ...{ kind: "found", modelVersion: "@cf/microsoft/resnet-50" },
    labels: [{ name: "egyptian cat", confidence: 0.7, parents: [], aliases: ["tabby"], boxes: [] }],
  });
  const fails = async () => Promise.reject(new Error("3040: Capacity temporarily exceeded"));
  expect(await of(fails)).toEqual({ kind: "throttled" });
  expect(await of(() => new Promise(() => undefined))).toMatchObject({ kind: "unknown" });
  expect(await of(async () => "x")).toMatchObject({ kind: "unknown" });
});
