import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { createHinter, type Hint } from "../../../warmer/client/hint.ts";
import { parseHint } from "../../../warmer/parse.ts";
import { isSigned, signatureLine } from "../../../warmer/signed.ts";
import { until } from "../../support/warmer.ts";

/** A socket that keeps what it gets. */
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

describe("what arrives", () => {
  test("hints of one tick go in one datagram, those of one place in one line", async () => {
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

  test("1 000 paths: no datagram over 1400 bytes, none less than it could hold, every path once, in order", async () => {
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
    expect(got.flatMap((datagram) => datagram.paths)).toEqual(paths);
    got.slice(0, -1).forEach(({ bytes }, n) => {
      const next = got[n + 1]?.paths[0] ?? "";
      expect(bytes + next.length + 3).toBeGreaterThan(1400);
    });
    receiver.close();
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

describe("never throws, never waits", () => {
  const bad: readonly (readonly [string, unknown])[] = [
    ["nothing", undefined],
    ["no place", { paths: "/a" }],
    ["two places", { paths: "/a", region: "weur", country: "ES" }],
    ["no paths", { region: "weur" }],
    ["paths of other types", { paths: [1, null, {}], region: "weur" }],
    ["a path longer than a datagram", { paths: `/${"x".repeat(2_000)}`, region: "weur" }],
    ["a symbol", { paths: Symbol("a"), region: "weur" }],
  ];
  test.each(bad)("%s is dropped", async (_name, hint) => {
    const receiver = await startReceiver();
    const hinter = createHinter({ address: receiver.address });
    expect(() => hinter.hint(hint as Hint)).not.toThrow();
    hinter.hint({ paths: "/good", region: "weur" });
    await until(() => receiver.got.length > 0);
    expect(linesOf(receiver.got).map(parseHint)).toMatchObject([{ paths: ["/good"] }]);
    expect(hinter.counts()).toMatchObject({ sent: 1, errors: 0 });
    await hinter.close();
    receiver.close();
  });
  test.each(["", "nonsense", "127.0.0.1:0", "127.0.0.1:99999", "a b:1"])(
    "address %j: dropped, counted",
    async (address) => {
      const hinter = createHinter({ address });
      hinter.hint({ paths: ["/a", "/b"], region: "weur" });
      await hinter.close();
      expect(hinter.counts()).toEqual({ sent: 0, dropped: 2, errors: 0 });
    },
  );
  test("nobody listens, or the name does not resolve: counted at the most", async () => {
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
  test("after close: dropped", async () => {
    const hinter = createHinter({ address: "127.0.0.1:9" });
    await hinter.close();
    hinter.hint({ paths: "/a", region: "weur" });
    expect(hinter.counts()).toEqual({ sent: 0, dropped: 1, errors: 0 });
  });
});
