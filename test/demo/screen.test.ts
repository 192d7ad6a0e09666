import { describe, expect, it } from "vitest";
import { screenOf } from "../../demo/screen.ts";

const HINTS = { "sec-ch-viewport-width": "800", "sec-ch-dpr": "1.5" };

describe("screenOf", () => {
  it.each([
    [{}, undefined, undefined],
    [{ cookie: "screen=1280x2" }, "1280", "2"],
    [{ cookie: "a=b; screen=390x2.625; c=d" }, "390", "2.625"],
    [HINTS, "800", "1.5"],
    [{ ...HINTS, cookie: "screen=1280x2" }, "1280", "2"],
    [{ ...HINTS, cookie: "bigscreen=1280x2" }, "800", "1.5"],
    [{ cookie: "screen=widexhigh" }, undefined, undefined],
    [{ cookie: "screen=1234567x2" }, undefined, undefined],
  ] as const)("%j: %s at %s", (headers, viewport, dpr) => expect(screenOf(headers)).toEqual({ viewport, dpr }));
});
