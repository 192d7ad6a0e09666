import { describe, expect, test } from "vitest";
import { type PhotonOptions, photonUrl } from "../../../src/client/url.ts";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { readImageRequest } from "../../../src/request/readImageRequest.ts";

const ENDPOINT = "https://cdn.firstlight.test";

describe("photonUrl", () => {
  const OPEN = parseConfig({ ALLOWED_SOURCES: "example.org,example.org:8080" });
  const read = (source: string, options?: PhotonOptions) =>
    readImageRequest(new Request(photonUrl(ENDPOINT, source, options)).url, null, OPEN, 0);
  test.each([
    "https://example.org/a.jpg",
    "http://example.org/a.jpg",
    "https://example.org",
    "https://example.org/a/b%20c%2Fd.jpg?x=1&y=a%26b&z=%23+%20q#fragment",
    "http://example.org:8080/ä.jpg?ö=ü",
    "https://example.org/a+b.jpg?q=1?2",
  ])("the proxy reads the source back: %s", async (source) => {
    const url = new URL(source);
    url.hash = "";
    expect((await read(source)).source).toBe(url.href);
  });
  test("as Openverse writes it", () => {
    const url = photonUrl(`${ENDPOINT}/`, "https://example.org/a.jpg?x=1", { width: 600, quality: 80 });
    expect(url).toBe(`${ENDPOINT}/photon/example.org/a.jpg?w=600&quality=80&ssl=1&q=x%3D1`);
  });
  test("every parameter", async () => {
    const crop = { x: 10, y: 0, width: 50, height: 0.0001 };
    const { transform } = await read("https://example.org/a.jpg", { crop, resize: [640, 640], quality: 60, zoom: 1 });
    expect(transform).toMatchObject({ resize: "fill", width: 640, height: 640, quality: 60 });
    expect(transform.crop).toMatchObject({ width: 0.5, height: 0.000001, gravity: { at: "nowe", x: 0.1, y: 0 } });
    expect((await read("https://example.org/a.jpg", { fit: [320, 200], zoom: 2 })).transform).toMatchObject({
      resize: "fit",
      width: 640,
      height: 400,
    });
    expect((await read("https://example.org/a.jpg", { height: 320 })).transform.height).toBe(320);
  });
  test.each([
    [{ width: "600" }, 'The width cannot be "600"'],
    [{ height: -1 }, "The height cannot be -1"],
    [{ fit: 600 }, "The fit cannot be 600: [width, height]"],
    [{ resize: [1, 2, 3] }, "The resize cannot be [1,2,3]"],
    [{ fit: [1, 1.5] }, "The fit cannot be 1.5"],
    [{ crop: { x: 0, y: 0, width: 101, height: 1 } }, "The crop.width cannot be 101"],
    [
      { crop: { x: 0, y: 0, width: 0.00001, height: 1 } },
      "The crop.width cannot be 0.00001: 0, or a number from 0.0001",
    ],
    [{ crop: { x: 0, y: 0, width: 1 } }, "The crop.height cannot be undefined"],
    [{ quality: 0 }, "The quality cannot be 0"],
    [{ zoom: 0 }, "The zoom cannot be 0"],
    [{ w: 600 }, "an object of crop, width, height, fit, resize, quality, zoom"],
  ])("%j is refused: %s", (options, message) => {
    expect(() => photonUrl(ENDPOINT, "https://example.org/a.jpg", options as PhotonOptions)).toThrow(message);
  });
  test("what is no source is refused", () => {
    expect(() => photonUrl(ENDPOINT, "ftp://example.org/a.jpg")).toThrow(TypeError);
  });
});
