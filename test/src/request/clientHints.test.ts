import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { Failure } from "../../../src/errors.ts";
import { canonicalOptions } from "../../../src/request/canonical.ts";
import { clientHints } from "../../../src/request/clientHints.ts";
import { RequestMemory } from "../../../src/request/requestMemory.ts";
import { imageHeaders } from "../../../src/respond/headers.ts";

const OPEN = { ALLOWED_SOURCES: "a.test", KEEP_COPYRIGHT: "false" };
const CONFIG = parseConfig(OPEN);
const hintsOf = (headers: Record<string, string>) => clientHints(new Headers(headers), CONFIG);

test.each<[Record<string, string>, number | null]>([
  [{}, null],
  [{ "sec-ch-width": "160" }, 160],
  [{ "sec-ch-width": "161" }, 320],
  [{ "sec-ch-width": "319.5" }, 320],
  [{ "sec-ch-width": "5000" }, 2048],
  [{ "sec-ch-viewport-width": "400" }, 640],
  [{ "sec-ch-viewport-width": "400", "sec-ch-dpr": "1.5" }, 640],
  [{ "sec-ch-viewport-width": "400", "sec-ch-dpr": "2" }, 1024],
  [{ "sec-ch-width": "100", "sec-ch-viewport-width": "2000", "sec-ch-dpr": "3" }, 160],
  [{ "sec-ch-dpr": "2" }, null],
  [{ "sec-ch-width": "0" }, null],
  [{ "sec-ch-width": "65535" }, 2048],
  [{ "sec-ch-width": "65536" }, null],
  [{ "sec-ch-width": "-5" }, null],
  [{ "sec-ch-width": "1e3" }, null],
  [{ "sec-ch-width": "wide", "sec-ch-viewport-width": "300" }, 320],
])("%j is the rung %s", (headers, rung) => expect(hintsOf(headers).autoWidth).toBe(rung));

test.each<[Record<string, string>, boolean]>([
  [{}, false],
  [{ "save-data": "on" }, true],
  [{ "save-data": "On " }, true],
  [{ "save-data": "off" }, false],
  [{ ect: "4g" }, false],
  [{ ect: "3g" }, true],
  [{ ect: "2g" }, true],
  [{ ect: "slow-2g" }, true],
  [{ ect: "5g" }, false],
])("%j is slow: %s", (headers, slow) => expect(hintsOf(headers).slow).toBe(slow));

describe("in a request", () => {
  /** Key and Vary of a path for a browser, read twice through one memory. */
  async function ask(path: string, headers: Record<string, string>, vars: Record<string, string> = {}) {
    const config = parseConfig({ ...OPEN, ...vars });
    const memory = new RequestMemory(100, 1_000_000);
    const hints = clientHints(new Headers(headers), config);
    const other = await memory.read(`https://img.test${path}`, "image/webp", config, 0, null);
    other.keep();
    const { request } = await memory.read(`https://img.test${path}`, "image/webp", config, 0, null, hints);
    const meta = { format: "webp", etag: "x", storedAt: 0, freshUntil: 9 } as Parameters<typeof imageHeaders>[1];
    return [canonicalOptions(request), imageHeaders(request, meta, 1, 0, config).shared.get("vary")];
  }
  const WIDTH = "Accept, Sec-CH-DPR, Sec-CH-Width, Sec-CH-Viewport-Width";
  test.each<[string, Record<string, string>, string, string]>([
    ["/image/width=auto/https://a.test/1.jpg", { "sec-ch-width": "300" }, "w:320/f:webp", WIDTH],
    [
      "/image/w=auto/https://a.test/1.jpg",
      { "sec-ch-viewport-width": "300", "sec-ch-dpr": "2" },
      "w:640/f:webp",
      WIDTH,
    ],
    ["/image/w=auto,dpr=2/https://a.test/1.jpg", { "sec-ch-width": "300" }, "w:320/f:webp", WIDTH],
    ["/image/w=auto/https://a.test/1.jpg", {}, "h:2048/w:2048/f:webp", WIDTH],
    ["/image/w=160/https://a.test/1.jpg", { "sec-ch-width": "300", "save-data": "on" }, "w:160/f:webp", "Accept"],
    ["/unsafe/w:160/plain/https://a.test/1.jpg", { "save-data": "on" }, "w:160/f:webp", "Accept"],
  ])("%s with %j is %s", async (path, headers, key, vary) => expect(await ask(path, headers)).toEqual([key, vary]));

  const SLOW = { SLOW_QUALITY: "50" };
  const BOTH = "Accept, Save-Data, ECT";
  test.each<[string, Record<string, string>, string]>([
    ["w:160", { "save-data": "on" }, "q:50/w:160/f:webp"],
    ["w:160", { ect: "3g" }, "q:50/w:160/f:webp"],
    ["w:160", {}, "w:160/f:webp"],
    ["w:160", { ect: "4g" }, "w:160/f:webp"],
    ["w:160/q:80", { "save-data": "on" }, "q:50/w:160/f:webp"],
  ])("%s with %j and SLOW_QUALITY is %s", async (options, headers, key) => {
    expect(await ask(`/unsafe/${options}/plain/https://a.test/1.jpg`, headers, SLOW)).toEqual([key, BOTH]);
  });
  test("a quality that is lower already stays", async () => {
    const [key] = await ask(
      "/unsafe/w:160/q:60/plain/https://a.test/1.jpg",
      { "save-data": "on" },
      { SLOW_QUALITY: "70" },
    );
    expect(key).toBe("q:60/w:160/f:webp");
  });
  test("another width that is no number is refused", async () => {
    await expect(ask("/image/w=automatic/https://a.test/1.jpg", {})).rejects.toThrow(Failure);
  });
});
