import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { createHinter, type Hint, type HinterOptions } from "../../../warmer/client/hint.ts";
import { isSigned, signatureLine } from "../../../warmer/hint/datagramSignature.ts";
import { parseHint } from "../../../warmer/hint/parseHint.ts";
import { until } from "../../support/warmer.ts";

/** A socket that keeps the datagrams it receives. */
async function startReceiver(): Promise<{ address: string; got: Buffer[]; close(): void }> {
  const socket = createSocket("udp4");
  const got: Buffer[] = [];
  socket.on("message", (bytes) => got.push(bytes));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { address: `127.0.0.1:${socket.address().port}`, got, close: () => socket.close() };
}

const linesOf = (datagrams: readonly Buffer[]): string[] =>
  datagrams.flatMap((bytes) =>
    bytes
      .toString()
      .split("\n")
      .filter((line) => line !== ""),
  );

describe("what the receiver gets", () => {
  test("hints of one tick share a datagram, hints of one place share a line", async () => {
    const receiver = await startReceiver();
    const hinter = createHinter({ address: receiver.address });
    const before = Date.now();
    hinter.hint({ paths: "/a", region: "weur" });
    hinter.hint({ paths: ["/b", "/c"], country: "JP" });
    hinter.hint({ paths: ["/d"], region: "weur" });
    hinter.hint({ paths: ["/e"], region: "weur", format: "avif" });
    await until(() => receiver.got.length > 0);
    const hints = linesOf(receiver.got).map(parseHint);
    expect(receiver.got).toHaveLength(1);
    expect(hints).toMatchObject([
      { paths: ["/a", "/d"], place: { kind: "r", value: "weur" }, format: undefined },
      { paths: ["/b", "/c"], place: { kind: "c", value: "JP" } },
      { paths: ["/e"], place: { kind: "r", value: "weur" }, format: "avif" },
    ]);
    const [first] = hints;
    expect(typeof first === "object" && first.time >= before && first.time <= Date.now()).toBe(true);
    expect(hinter.counts()).toEqual({ sent: 5, dropped: 0, errors: 0 });
    await hinter.close();
    receiver.close();
  });

  test("1 000 paths: no datagram above 1400 bytes, the fewest possible datagrams, every path once", async () => {
    const receiver = await startReceiver();
    const hinter = createHinter({ address: receiver.address, secret: "0123456789abcdef", sender: "api-1" });
    const paths = Array.from({ length: 1_000 }, (_, n) => `/w:320/${"x".repeat(n % 90)}${n}`);
    hinter.hint({ paths, colo: "MAD" });
    const total = paths.reduce((sum, path) => sum + path.length + 3, 0);
    await until(() => linesOf(receiver.got).length >= total / 1400);
    await hinter.close();
    await until(() => receiver.got.length >= Math.ceil(total / 1300));
    const got = receiver.got.map((bytes) => {
      const mark = signatureLine(bytes, 0, bytes.length);
      expect(isSigned(bytes, 0, mark, "0123456789abcdef")).toBe(true);
      expect(bytes.length).toBeLessThanOrEqual(1400);
      const hint = parseHint(bytes.subarray(0, mark).toString());
      if (typeof hint === "string") throw new Error(hint);
      expect(hint.sender).toBe("api-1");
      return { bytes: bytes.length, paths: hint.paths };
    });
    expect(got.flatMap((datagram) => datagram.paths).toSorted()).toEqual(paths.toSorted());
    const frame = `{"v":1,"t":${Date.now()},"colo":"MAD","s":"api-1","p":[]}\n#`.length + 43;
    expect(got).toHaveLength(Math.ceil(total / (1400 - frame + 1)));
    receiver.close();
  });

  test("the longest possible path fills a datagram, signed or not; one byte more is dropped", async () => {
    for (const secret of [undefined, "0123456789abcdef"]) {
      const receiver = await startReceiver();
      const hinter = createHinter({ address: receiver.address, ...(secret === undefined ? {} : { secret }) });
      const frame = `{"v":1,"t":${Date.now()},"r":"weur","p":""}`.length + (secret === undefined ? 0 : 45);
      for (const bytes of [1400, 1401]) hinter.hint({ paths: `/${"x".repeat(bytes - frame - 1)}`, region: "weur" });
      await until(() => receiver.got.length > 0);
      const [bytes = Buffer.alloc(0)] = receiver.got;
      expect(bytes).toHaveLength(1400);
      const mark = signatureLine(bytes, 0, bytes.length);
      expect(mark < 0 || isSigned(bytes, 0, mark, "0123456789abcdef")).toBe(true);
      expect(mark < 0).toBe(secret === undefined);
      expect(hinter.counts()).toEqual({ sent: 1, dropped: 1, errors: 0 });
      await hinter.close();
      receiver.close();
    }
  });

  const paths = [
    ["/a%20b", "/a%20b"],
    ["a", "/a"],
    ["https://img.example.org/x/y.jpg?z=1", "/x/y.jpg?z=1"],
    ["/ä b", "/%C3%A4%20b"],
    ["/\ud800", "/%EF%BF%BD"],
    ['/"\\', '/"\\'],
  ] as const;
  test.each(paths)("path %j arrives as %j", async (given, expected) => {
    const receiver = await startReceiver();
    const hinter = createHinter({ address: receiver.address });
    hinter.hint({ paths: given, continent: "EU" });
    await until(() => receiver.got.length > 0);
    expect(parseHint(linesOf(receiver.got)[0] ?? "")).toMatchObject({ paths: [expected] });
    await hinter.close();
    receiver.close();
  });
});

function fail(): never {
  throw new Error("thrown by the caller's object");
}

describe("never throws, never waits", () => {
  const bad: readonly (readonly [string, unknown])[] = [
    ["nothing", undefined],
    ["no place", { paths: "/a" }],
    ["two places", { paths: "/a", region: "weur", country: "ES" }],
    ["no paths", { region: "weur" }],
    ["paths of other types", { paths: [1, null, {}], region: "weur" }],
    ["a path longer than a datagram", { paths: `/${"x".repeat(2_000)}`, region: "weur" }],
    ["a symbol", { paths: Symbol("a"), region: "weur" }],
    ["a format of another type", { paths: "/a", region: "weur", format: 1n }],
    ["an unknown format", { paths: "/a", region: "weur", format: "gif" }],
    ["paths that throw", { paths: [{ toString: () => fail() }], region: "weur" }],
    ["a place that throws", Object.defineProperty({ paths: "/a" }, "region", { get: () => fail() })],
  ];
  test.each(bad)("%s is dropped", async (_name, hint) => {
    const receiver = await startReceiver();
    const hinter = createHinter({ address: receiver.address });
    expect(() => hinter.hint(hint as Hint)).not.toThrow();
    hinter.hint({ paths: "/good", region: "weur" });
    await until(() => receiver.got.length > 0);
    expect(linesOf(receiver.got).map(parseHint)).toMatchObject([{ paths: ["/good"] }]);
    const { sent, dropped, errors } = hinter.counts();
    expect([sent, dropped >= 1, errors]).toEqual([1, true, 0]);
    await hinter.close();
    receiver.close();
  });
  test.each(["", "nonsense", "127.0.0.1:0", "127.0.0.1:99999", "a b:1"])(
    "address %j: every hint is dropped and counted",
    async (address) => {
      const warned = once(process, "warning");
      const hinter = createHinter({ address });
      hinter.hint({ paths: ["/a", "/b"], region: "weur" });
      await hinter.close();
      await warned;
      expect(hinter.counts()).toEqual({ sent: 0, dropped: 2, errors: 0 });
    },
  );
  const unusable: readonly (readonly [string, unknown, string])[] = [
    ["undefined", undefined, "no options are given"],
    ["null", null, "no options are given"],
    ["no address", {}, "address of type undefined is not host:port"],
    ["a wrong address", { address: "127.0.0.1" }, 'address "127.0.0.1" is not host:port'],
    ["a secret of another type", { address: "127.0.0.1:9", secret: 7 }, "secret is not a text"],
    ["a sender that throws", { address: "127.0.0.1:9", sender: { toJSON: () => fail() } }, "sender is not a text"],
  ];
  test.each(unusable)(
    "options %s: one warning, every hint is dropped and counted once",
    async (_name, options, message) => {
      const warned = once(process, "warning") as Promise<[Error]>;
      const hinter = createHinter(options as HinterOptions);
      hinter.hint({ paths: ["/a", "/b"], region: "weur" });
      await hinter.close();
      expect(hinter.counts()).toEqual({ sent: 0, dropped: 2, errors: 0 });
      expect((await warned)[0].message).toMatch(`firstlight/hint: ${message}`);
    },
  );
  test("each path of an invalid hint is dropped once and not sent", async () => {
    const hinter = createHinter({ address: "127.0.0.1:9" });
    hinter.hint({ paths: ["/a", "/b"], region: "weur", format: 1n } as unknown as Hint);
    await hinter.close();
    expect(hinter.counts()).toEqual({ sent: 0, dropped: 2, errors: 0 });
  });
  test("no receiver, or an unknown name: at most the errors counter shows it", async () => {
    for (const address of ["127.0.0.1:9", "no-such-host.invalid:4814"]) {
      const hinter = createHinter({ address });
      hinter.hint({ paths: "/a", region: "weur" });
      await hinter.close();
      expect(hinter.counts().sent).toBe(1);
    }
  });
  test("more than 10 000 paths in a tick: the rest is dropped, not queued", async () => {
    const receiver = await startReceiver();
    const hinter = createHinter({ address: receiver.address });
    for (let n = 0; n < 11; n++) hinter.hint({ paths: Array.from({ length: 1_000 }, () => "/a"), region: "weur" });
    await hinter.close();
    expect(hinter.counts()).toMatchObject({ sent: 10_000, dropped: 1_000 });
    receiver.close();
  });
  test("after close: hints are dropped", async () => {
    const hinter = createHinter({ address: "127.0.0.1:9" });
    await hinter.close();
    hinter.hint({ paths: "/a", region: "weur" });
    expect(hinter.counts()).toEqual({ sent: 0, dropped: 1, errors: 0 });
  });
});
