import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { ANSWERS, Failure, type Reason } from "../../../src/errors.ts";
import type { ImageRequest } from "../../../src/request/imageRequest.ts";
import type { AnswerHeaders } from "../../../src/respond/answer.ts";
import {
  cacheControl,
  contentDisposition,
  failureAnswer,
  fallbackAnswer,
  imageHeaders,
} from "../../../src/respond/headers.ts";
import { metaOf } from "../../support/stored.ts";
import { PLAIN } from "../../support/transform.ts";

const NOW = 1_800_000_000_000;

const WANTED: ImageRequest = {
  grammar: "imgproxy",
  source: "https://img.example.org/a/curiosity.jpg?x=1",
  transform: { ...PLAIN, width: 320 },
  authority: "signature",
  accept: "webp",
  negotiated: true,
  cachebuster: "",
  expires: null,
  delivery: { filename: null, attachment: false },
};

const META = metaOf({
  ...{ source: WANTED.source, sourceHash: "00112233", width: 320, height: 200 },
  ...{ storedAt: NOW, freshUntil: NOW + 3_600_000 },
});

const RULES = parseConfig({ STALE_WHILE_REVALIDATE: "1000", STALE_IF_ERROR: "50000" });

const sent = ({ shared, headers }: AnswerHeaders): Record<string, string> => ({
  ...Object.fromEntries(shared),
  ...headers,
});

describe("imageHeaders", () => {
  it("carries every header of the contract", () => {
    expect(sent(imageHeaders(WANTED, META, 1234, NOW, RULES))).toEqual({
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "Cache-Status, Server-Timing, ETag, Retry-After",
      "cache-control": "public, max-age=3600, stale-while-revalidate=1000, stale-if-error=50000",
      "content-disposition": 'inline; filename="curiosity.webp"',
      "content-length": "1234",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
      "content-type": "image/webp",
      "cross-origin-resource-policy": "cross-origin",
      etag: '"0123456789abcdef"',
      "last-modified": "Fri, 15 Jan 2027 08:00:00 GMT",
      link: '<https://img.example.org/a/curiosity.jpg?x=1>; rel="canonical"',
      "referrer-policy": "no-referrer",
      "timing-allow-origin": "*",
      vary: "Accept",
      "x-content-type-options": "nosniff",
    });
  });

  it("says that an animation has only the first frames of its source", () => {
    const of = (over: Partial<typeof META>) => sent(imageHeaders(WANTED, { ...META, ...over }, 1, NOW, RULES));
    expect(of({ frames: 16, sourceFrames: 3000 })["x-firstlight-frames"]).toBe("16/3000");
    expect(of({ frames: 16 })).not.toHaveProperty("x-firstlight-frames");
  });

  it("varies only when negotiated", () => {
    expect(sent(imageHeaders({ ...WANTED, negotiated: false }, META, 1, NOW, RULES))).not.toHaveProperty("vary");
  });
});

describe("cacheControl", () => {
  const seconds = Math.floor(NOW / 1000);
  const until = (left: number) => ({ ...WANTED, expires: seconds + left });
  const swr = (n: number) => `stale-while-revalidate=${n}`;
  const sie = (n: number) => `stale-if-error=${n}`;
  const rows = [
    ["fresh: what is left", WANTED, NOW, ["public", "max-age=3600", swr(1000), sie(50_000)]],
    ["last fresh second", WANTED, META.freshUntil - 1000, ["public", "max-age=1", swr(1000), sie(50_000)]],
    ["stale: a short while", WANTED, META.freshUntil, ["public", "max-age=60", swr(940), sie(49_940)]],
    ["stale for a while", WANTED, META.freshUntil + 900_000, ["public", "max-age=60", swr(40), sie(49_040)]],
    ["a second more to revalidate", WANTED, META.freshUntil + 939_000, ["public", "max-age=60", swr(1), sie(49_001)]],
    ["nothing more to revalidate", WANTED, META.freshUntil + 940_000, ["public", "max-age=60", sie(49_000)]],
    ["nothing more at all", WANTED, META.freshUntil + 49_940_000, ["public", "max-age=60"]],
    ["never past exp", until(10), NOW, ["public", "max-age=10"]],
    ["exp ends with freshness", until(3600), NOW, ["public", "max-age=3600"]],
    ["exp cuts both", until(3601), NOW, ["public", "max-age=3600", swr(1), sie(1)]],
    ["exp cuts the longer one", until(5000), NOW, ["public", "max-age=3600", swr(1000), sie(1400)]],
    ["at exp", until(0), NOW, ["public", "max-age=0"]],
    ["past exp", until(-5), NOW, ["public", "max-age=0"]],
    [
      "by secret header: private",
      { ...WANTED, authority: "header" as const },
      NOW,
      ["private", "max-age=3600", swr(1000), sie(50_000)],
    ],
  ] as const satisfies readonly (readonly [string, ImageRequest, number, readonly string[]])[];
  it.each(rows)("%s", (_, wanted, now, expected) => {
    expect(cacheControl(wanted, META, now, RULES)).toBe(expected.join(", "));
  });

  it.each([
    ["neither", 0, 0, []],
    ["one alone", 7, 0, [swr(7)]],
    ["the other alone", 0, 7, [sie(7)]],
  ])("what a deployment does not do is not said: %s", (_, revalidate, ifError, said) => {
    const windows = { staleWhileRevalidateSeconds: revalidate, staleIfErrorSeconds: ifError };
    expect(cacheControl(WANTED, META, NOW, windows)).toBe(["public", "max-age=3600", ...said].join(", "));
  });

  it("ends where the deployment's own windows and exp end, whatever the times (seeded)", () => {
    let state = 3;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return Math.floor((state / 0x80000000) * below);
    };
    for (let i = 0; i < 2_000; i++) {
      const windows = { staleWhileRevalidateSeconds: random(300), staleIfErrorSeconds: random(300) };
      const now = META.freshUntil + (random(1_000) - 500) * 1000;
      const wanted = random(2) === 0 ? WANTED : { ...WANTED, expires: now / 1000 + random(600) };
      const text = cacheControl(wanted, META, now, windows);
      const said = (name: string) => Number(new RegExp(`${name}=(\\d+)`).exec(text)?.[1] ?? 0);
      for (const [name, window] of [
        ["stale-while-revalidate", windows.staleWhileRevalidateSeconds],
        ["stale-if-error", windows.staleIfErrorSeconds],
      ] as const) {
        const end = now / 1000 + said("max-age") + said(name);
        expect(end).toBeLessThanOrEqual(wanted.expires ?? Number.POSITIVE_INFINITY);
        if (said(name) > 0) expect(end).toBeLessThanOrEqual(META.freshUntil / 1000 + window);
      }
    }
  });
});

describe("maxAge of a request", () => {
  const maxAge = (seconds: number) =>
    /max-age=(\d+)/.exec(cacheControl({ ...WANTED, maxAge: seconds }, META, NOW, RULES));
  it("shortens what a browser keeps, and never lengthens it", () => {
    expect([maxAge(60)?.[1], maxAge(86_400)?.[1]]).toEqual(["60", "3600"]);
  });
});

describe("fallbackAnswer", () => {
  const LOCATION = "https://listed.test/none.png";
  it("is a redirect without a body, kept as long as the failure", () => {
    const answer = fallbackAnswer(LOCATION, new Failure("source_missing"), NOW);
    expect([answer.status, answer.body, answer.headers]).toEqual([
      302,
      null,
      { location: LOCATION, "cache-control": "public, max-age=300" },
    ]);
    expect(Object.fromEntries(answer.shared)).toMatchObject({ "x-content-type-options": "nosniff" });
  });
  it("is not kept when the failure is not, or is over", () => {
    expect(fallbackAnswer(LOCATION, new Failure("queue_full"), NOW).headers["cache-control"]).toBe("no-store");
    const over = new Failure("source_missing").notPast(NOW + 500);
    expect(fallbackAnswer(LOCATION, over, NOW).headers["cache-control"]).toBe("no-store");
  });
});

describe("Last-Modified", () => {
  const of = (storedAt: number) => sent(imageHeaders(WANTED, { ...META, storedAt }, 1, NOW, RULES))["last-modified"];
  it.each([
    ["whole seconds, cut off", NOW - 1, "Fri, 15 Jan 2027 07:59:59 GMT"],
    ["now", NOW, "Fri, 15 Jan 2027 08:00:00 GMT"],
    ["never in the future", NOW + 5_000, "Fri, 15 Jan 2027 08:00:00 GMT"],
  ])("%s", (_, storedAt, expected) => {
    expect(of(storedAt)).toBe(expected);
  });
});

describe("CANONICAL_LINK", () => {
  it.each([
    ["unset", undefined, true],
    ["true", "true", true],
    ["false", "false", false],
  ])("%s", (_, text, expected) => {
    const rules = parseConfig({ CANONICAL_LINK: text });
    expect(Object.hasOwn(sent(imageHeaders(WANTED, META, 1, NOW, rules)), "link")).toBe(expected);
  });
});

describe("contentDisposition", () => {
  const named = (filename: string | null, attachment = false, source = WANTED.source): ImageRequest => ({
    ...WANTED,
    source,
    delivery: { filename, attachment },
  });
  const rows = [
    ["from the source", named(null), 'inline; filename="curiosity.webp"'],
    ["asked for", named("mars"), 'inline; filename="mars.webp"'],
    ["attachment", named("mars.jpeg", true), 'attachment; filename="mars.webp"'],
    ["no name in the source", named(null, false, "https://example.org/"), 'inline; filename="image.webp"'],
    [
      "quotes cannot break out",
      named('a"; x="'),
      `inline; filename="a_; x=_.webp"; filename*=UTF-8''a%22%3B%20x%3D%22.webp`,
    ],
    [
      "no path, no control characters",
      named("../../etc\r\nSet-Cookie: a"),
      'inline; filename="....etcSet-Cookie: a.webp"',
    ],
    ["unicode", named("Sjö"), `inline; filename="Sj_.webp"; filename*=UTF-8''Sj%C3%B6.webp`],
    [
      "broken escape in the source",
      named(null, false, "https://example.org/%E0%A4%A.jpg"),
      "inline; filename=\"_E0_A4_A.webp\"; filename*=UTF-8''%25E0%25A4%25A.webp",
    ],
  ] as const satisfies readonly (readonly [string, ImageRequest, string])[];
  it.each(rows)("%s", (_, wanted, expected) => {
    expect(contentDisposition(wanted, "webp")).toBe(expected);
  });
});

describe("failureAnswer", () => {
  it.each(Object.keys(ANSWERS) as Reason[])("%s answers with its status, code and cache time", (reason) => {
    const answer = failureAnswer(new Failure(reason, { retryAfter: 2.2 }, "10.0.0.1 secret stack"), NOW);
    expect(answer.status).toBe(ANSWERS[reason].status);
    const text = String(answer.body);
    expect(JSON.parse(text)).toMatchObject({ code: reason });
    expect(text).not.toContain("10.0.0.1");
    expect(sent(answer)["retry-after"]).toBe("3");
    const seconds = ANSWERS[reason].cacheSeconds;
    expect(sent(answer)["cache-control"]).toBe(seconds > 0 ? `public, max-age=${seconds}` : "no-store");
    expect(sent(answer)["x-content-type-options"]).toBe("nosniff");
  });

  it("is kept by no shared cache when a secret header came with the request", () => {
    const of = (reason: Reason) => sent(failureAnswer(new Failure(reason), NOW, true))["cache-control"];
    expect(of("source_missing")).toBe("private, max-age=300");
    expect(of("source_not_allowed")).toBe("no-store");
  });

  it.each([
    ["remembered: what is left of it", { remembered: true, until: NOW + 20_900 }, "public, max-age=20"],
    ["remembered, and over by now", { remembered: true, until: NOW + 999 }, "no-store"],
    ["under a URL that lives longer", { remembered: false, until: NOW + 301_000 }, "public, max-age=300"],
    ["under a URL that expires first", { remembered: false, until: NOW + 12_000 }, "public, max-age=12"],
  ])("is kept no longer than it holds: %s", (_, keeping, expected) => {
    const answer = failureAnswer(new Failure("source_missing", {}, undefined, keeping), NOW);
    expect(sent(answer)["cache-control"]).toBe(expected);
  });

  it("is kept as long as the source asks us to stay away", () => {
    const of = (retryAfter: number) =>
      sent(failureAnswer(new Failure("source_refused", { value: 429, retryAfter }), NOW));
    expect([of(90)["cache-control"], of(90)["retry-after"]]).toEqual(["public, max-age=90", "90"]);
    expect(of(7_200)["cache-control"]).toBe("public, max-age=600");
  });

  it("a method that is not served: says which are", () => {
    expect(sent(failureAnswer(new Failure("method_not_allowed"), NOW)).allow).toBe("GET, HEAD, OPTIONS");
    expect(sent(failureAnswer(new Failure("source_missing"), NOW))).not.toHaveProperty("allow");
  });

  it("says the value and the limit", () => {
    const answer = failureAnswer(
      new Failure("option_invalid", { option: "quality", value: "101", limit: "1 to 100" }),
      NOW,
    );
    expect(JSON.parse(String(answer.body))).toEqual({
      code: "option_invalid",
      message: "Option quality cannot be 101: 1 to 100",
    });
  });
});
