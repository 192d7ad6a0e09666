import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { candidatesFor } from "../../../../src/origin/providers/candidates.ts";
import { REFUSALS } from "../../../../src/origin/providers/refusals.ts";
import { NOTHING_KNOWN } from "../../../../src/origin/providers/rule.ts";
import { type FlickrPhoto, flickr } from "../../../support/providers/flickr.ts";
import { type IiifOptions, iiif } from "../../../support/providers/iiif.ts";
import {
  type LookAlike,
  type Network,
  NOT_FOUND,
  pictureOf,
  startNetwork,
} from "../../../support/providers/lookAlike.ts";
import { smithsonian } from "../../../support/providers/smithsonian.ts";
import { Walker } from "../../../support/providers/walk.ts";
import { type WikimediaOptions, wikimedia, wikimediaPath } from "../../../support/providers/wikimedia.ts";
import { PLAIN } from "../../../support/transform.ts";
import { PAIRS, type Pair } from "./pairs.ts";
import { ALL_RULES, DEFAULT_RULES } from "./rules.ts";

async function networkOf(...lookAlikes: readonly LookAlike[]): Promise<{ network: Network; walker: Walker }> {
  const network = await startNetwork(lookAlikes);
  onTestFinished(() => network.close());
  return { network, walker: new Walker(network, DEFAULT_RULES) };
}

/** Last part of each address that was asked, and its status. */
const names = ({ asked }: Network) => asked.map(({ url, status }) => `${url.split("/").at(-1)} ${status}`);

describe("the ladder of each rule: whichever address answers is reached, and none is asked twice", async () => {
  let only = "";
  const network = await startNetwork([
    { hosts: /./, answer: ({ href }) => (href === only ? pictureOf(2400, 1600) : NOT_FOUND) },
  ]);
  afterAll(() => network.close());
  test.each(Object.entries<Pair>(PAIRS))("%s", async (_, { source, wish, original = null }) => {
    const known = { original, iiif: null };
    const list = candidatesFor(source, { ...PLAIN, ...wish }, { ...NOTHING_KNOWN, ...known }, ALL_RULES);
    const urls = list.map(({ url }) => url);
    for (const [at, candidate] of list.entries()) {
      only = candidate.url.replace(/^http:/, "https:");
      network.asked.length = 0;
      const rules = { ...ALL_RULES, switched: new Map([...ALL_RULES.switched]) };
      const walked = await new Walker(network, rules).walk(source, wish, known);
      expect(walked).toMatchObject({ variant: candidate.variant, reason: null });
      const asked = network.asked.map(({ url }) => url).filter((url) => !url.endsWith("/info.json"));
      expect(asked).toEqual(urls.slice(0, at + 1).map((url) => url.replace(/^http:/, "https:")));
    }
  });
});

describe("like Flickr", () => {
  const photo = (name: string, more: Partial<FlickrPhoto> = {}): FlickrPhoto => ({
    name,
    width: 1024,
    height: 683,
    ...more,
  });
  const url = (name: string, suffix = "_b") => `https://live.staticflickr.com/${name}${suffix}.jpg`;

  test.each([
    ["640 from _b", {}, 640, ["1_a_z.jpg 200"], "flickr.z", "640x427"],
    ["an old photo without _z", { missing: ["z"] }, 640, ["1_a_z.jpg 404", "1_a_c.jpg 200"], "flickr.c", "800x534"],
    [
      "without _z and _c",
      { missing: ["z", "c"] },
      640,
      ["1_a_z.jpg 404", "1_a_c.jpg 404", "1_a_b.jpg 200"],
      "original",
      "1024x683",
    ],
    [
      "a tall photo: the width is less than guessed",
      { width: 683, height: 1024 },
      400,
      ["1_a_w.jpg 200", "1_a_z.jpg 200"],
      "flickr.z",
      "427x640",
    ],
    ["removed", { removed: "404" }, 640, ["1_a_z.jpg 404", "1_a_c.jpg 404", "1_a_b.jpg 404"], null, ""],
  ] as const)("%s", async (_, more, width, asked, variant, size) => {
    const { network, walker } = await networkOf(flickr([photo("1/1_a", more as Partial<FlickrPhoto>)]));
    expect(await walker.walk(url("1/1_a"), { width })).toMatchObject({ variant, size });
    expect(names(network)).toEqual(asked);
  });

  test("a removed photo that leads to a notice is missing, of a kind of its own", async () => {
    const { network, walker } = await networkOf(flickr([photo("1/1_a", { removed: "redirect" })]));
    expect(await walker.walk(url("1/1_a"), { width: 500 })).toMatchObject({
      variant: null,
      reason: "source_placeholder",
    });
    expect(names(network).filter((name) => name.startsWith("photo_unavailable"))).toHaveLength(2);
  });

  test("a size that one photo lacks costs one request for that photo, and stays on for the others", async () => {
    const { network, walker } = await networkOf(flickr([photo("1/1_a", { missing: ["z"] }), photo("1/2_a")]));
    await walker.walk(url("1/1_a"), { width: 640 });
    await walker.walk(url("1/1_a"), { width: 639 });
    await walker.walk(url("1/2_a"), { width: 640 });
    expect(names(network)).toEqual(["1_a_z.jpg 404", "1_a_c.jpg 200", "1_a_c.jpg 200", "2_a_z.jpg 200"]);
  });

  test("640 px from _z are at most half of the bytes of _b", async () => {
    const { network, walker } = await networkOf(flickr([photo("1/1_a")]));
    await walker.walk(url("1/1_a"), { width: 640 });
    await walker.walk(url("1/1_a"), {});
    const [z, b] = network.asked;
    expect((z?.bytes ?? 1) / (b?.bytes ?? 0)).toBeLessThanOrEqual(0.5);
  });
});

describe("like Wikimedia", () => {
  const JPEG = { name: "Example.jpg", width: 3000, height: 2250 };
  const url = (name: string) => `https://upload.wikimedia.org/wikipedia/commons/${wikimediaPath(name)}`;
  const start = (options: Partial<WikimediaOptions> = {}) => networkOf(wikimedia({ files: [JPEG], ...options }));
  const long = `${"a".repeat(157)}.jpg`;

  const rows = [
    ["a step", {}, JPEG.name, 640, ["960px-Example.jpg 200"], "wikimedia.960", "960x720"],
    [
      "thumbnails on the old host only",
      { thumbnailHosts: ["upload.wikimedia.org"] },
      JPEG.name,
      640,
      ["960px-Example.jpg 404", "960px-Example.jpg 200"],
      "wikimedia.960",
      "960x720",
    ],
    [
      "a small file: nothing is enlarged",
      { files: [{ ...JPEG, width: 800, height: 600 }] },
      JPEG.name,
      640,
      ["960px-Example.jpg 400", "960px-Example.jpg 400", "Example.jpg 200"],
      "original",
      "800x600",
    ],
    [
      "a long name",
      { files: [{ ...JPEG, name: long }] },
      long,
      300,
      ["330px-thumbnail.jpg 200"],
      "wikimedia.330",
      "330x248",
    ],
    [
      "SVG as PNG, larger than its own size",
      { files: [{ name: "A.svg", width: 100, height: 50 }] },
      "A.svg",
      640,
      ["960px-A.svg.png 200"],
      "wikimedia.960",
      "960x480",
    ],
    [
      "a document as JPEG",
      { files: [{ name: "A.pdf", width: 1275, height: 1650 }] },
      "A.pdf",
      640,
      ["page1-960px-A.pdf.jpg 200"],
      "wikimedia.960",
      "960x1242",
    ],
    [
      "a document whose page is smaller: the next step down",
      { files: [{ name: "A.pdf", width: 600, height: 800 }] },
      "A.pdf",
      640,
      ["page1-960px-A.pdf.jpg 400", "page1-960px-A.pdf.jpg 400", "page1-500px-A.pdf.jpg 200"],
      "wikimedia.500",
      "500x667",
    ],
    [
      "a film as JPEG",
      { files: [{ name: "A.webm", width: 1920, height: 1080 }] },
      "A.webm",
      300,
      ["330px--A.webm.jpg 200"],
      "wikimedia.330",
      "330x186",
    ],
    [
      "over the last step",
      { files: [{ ...JPEG, width: 5000, height: 10 }] },
      JPEG.name,
      4000,
      ["Example.jpg 200"],
      "original",
      "5000x10",
    ],
    [
      "the host's limit is reached",
      { limit: 0 },
      JPEG.name,
      640,
      ["960px-Example.jpg 429", "960px-Example.jpg 429", "Example.jpg 429"],
      null,
      "",
    ],
  ] as const satisfies readonly (readonly [
    string,
    Partial<WikimediaOptions>,
    string,
    number,
    readonly string[],
    string | null,
    string,
  ])[];
  test.each(rows)("%s", async (_, options, name, width, asked, variant, size) => {
    const { network, walker } = await start(options);
    expect(await walker.walk(url(name), { width })).toMatchObject({ variant, size });
    expect(names(network)).toEqual(asked);
  });

  test("after 429 the rule rests for Retry-After, and the original is asked meanwhile", async () => {
    const { network, walker } = await start({ limit: 0 });
    await walker.walk(url(JPEG.name), { width: 640 });
    walker.now = 119_999;
    await walker.walk(url(JPEG.name), { width: 640 });
    expect(names(network).slice(3)).toEqual(["Example.jpg 429"]);
    walker.now = 120_000;
    await walker.walk(url(JPEG.name), { width: 640 });
    expect(names(network).slice(4, 5)).toEqual(["960px-Example.jpg 429"]);
  });

  test.each([429, 400, 403, 404] as const)(
    "a stored width that is no step any more, refused with %s, is never asked",
    async (refusal) => {
      const { network, walker } = await start({ refusal });
      const stored = url(JPEG.name).replace("/commons/", "/commons/thumb/");
      expect(await walker.walk(`${stored}/300px-Example.jpg`, { width: 640 })).toMatchObject({
        variant: "wikimedia.330",
      });
      expect(names(network)).toEqual(["330px-Example.jpg 200"]);
    },
  );

  test("a wrong rule costs one request on each host once", async () => {
    const files = [JPEG, { ...JPEG, name: "Other.jpg" }];
    const { network, walker } = await start({ files, thumbnailHosts: [] });
    const known = { original: { width: 3000, height: 2250 } };
    expect(await walker.walk(url(JPEG.name), { width: 640 }, known)).toMatchObject({ variant: "original" });
    expect(await walker.walk(url("Other.jpg"), { width: 640 }, known)).toMatchObject({ variant: "original" });
    expect(names(network)).toEqual([
      "960px-Example.jpg 404",
      "960px-Example.jpg 404",
      "Example.jpg 200",
      "Other.jpg 200",
    ]);
    walker.now = REFUSALS.firstMs;
    await walker.walk(url("Other.jpg"), { width: 640 }, known);
    expect(names(network).slice(4)).toEqual(["960px-Other.jpg 404", "960px-Other.jpg 404", "Other.jpg 200"]);
  });

  test("640 px from 960 are at most an eighth of the original's bytes", async () => {
    const { network, walker } = await start();
    await walker.walk(url(JPEG.name), { width: 640 });
    await walker.walk(url(JPEG.name), {});
    const [small, original] = network.asked;
    expect((small?.bytes ?? 1) / (original?.bytes ?? 0)).toBeLessThanOrEqual(1 / 8);
  });
});

describe("like a IIIF server", () => {
  const server: IiifOptions = { host: "iiif.test", version: 2, level: 2, width: 3000, height: 2000 };
  const url = (rest: string) => `https://iiif.test/2/a/full/${rest}`;
  const rows = [
    [
      "version 1, level 1",
      { version: 1, level: 1 },
      "full/0/native.jpg",
      ["info.json 200", "native.jpg 200"],
      "iiif.640",
      "640x427",
    ],
    [
      "version 2, level 0: a ready size",
      { level: 0, ready: [750, 1500] },
      "full/0/default.jpg",
      ["info.json 200", "default.jpg 200"],
      "iiif.750",
      "750x500",
    ],
    [
      "version 2, level 0: no size that is large enough",
      { level: 0, ready: [375] },
      "full/0/default.jpg",
      ["info.json 200", "default.jpg 200"],
      "original",
      "3000x2000",
    ],
    [
      "version 2, level 1",
      { level: 1 },
      "full/0/default.jpg",
      ["info.json 200", "default.jpg 200"],
      "iiif.640",
      "640x427",
    ],
    ["version 2, level 2", {}, "full/0/default.jpg", ["info.json 200", "default.jpg 200"], "iiif.640", "640x427"],
    [
      "version 3, level 2",
      { version: 3 },
      "max/0/default.jpg",
      ["info.json 200", "default.jpg 200"],
      "iiif.640",
      "640x427",
    ],
    [
      "version 3, level 0",
      { version: 3, level: 0, ready: [1000] },
      "max/0/default.jpg",
      ["info.json 200", "default.jpg 200"],
      "iiif.1000",
      "1000x667",
    ],
    [
      "limits below the wish",
      { version: 3, maxWidth: 600 },
      "max/0/default.jpg",
      ["info.json 200", "default.jpg 200"],
      "original",
      "600x400",
    ],
    [
      "no IIIF server behind the address",
      { info: "<html>" },
      "full/0/default.jpg",
      ["info.json 200", "default.jpg 200"],
      "original",
      "3000x2000",
    ],
    [
      "a server that promises more than it does",
      { level: 0, info: JSON.stringify({ profile: "level2", width: 3000, height: 2000 }) },
      "full/0/default.jpg",
      ["info.json 200", "default.jpg 400", "default.jpg 200"],
      "original",
      "3000x2000",
    ],
  ] as const satisfies readonly (readonly [string, Partial<IiifOptions>, string, readonly string[], string, string])[];
  test.each(rows)("%s", async (_, options, rest, asked, variant, size) => {
    const { network, walker } = await networkOf(iiif({ ...server, ...options }));
    expect(await walker.walk(url(rest), { width: 640 })).toMatchObject({ variant, size });
    expect(names(network)).toEqual(asked);
  });
  test("a server that promises more than it does is asked once", async () => {
    const info = JSON.stringify({ profile: "level2", width: 3000, height: 2000 });
    const { network, walker } = await networkOf(iiif({ ...server, level: 0, info }));
    await walker.walk(url("full/0/default.jpg"), { width: 640 });
    await walker.walk(`${url("full/0/default.jpg").replace("/a/", "/b/")}`, { width: 320 });
    expect(network.asked.filter(({ status }) => status === 400)).toHaveLength(1);
  });
});

describe("like the Smithsonian", () => {
  const ARK = "ark:/65665/m3272d5bfa5716461fbf173e083887621c";
  const start = () => networkOf(smithsonian({ A: { width: 3000, height: 2000 }, [ARK]: { width: 500, height: 4000 } }));
  test.each([
    ["by its id", "deliveryService?id=A", 640, ["deliveryService?id=A&max=640 200"], "smithsonian.640", "640x427"],
    [
      "another spelling of the service",
      "dynamic?id=A&container.x=1",
      640,
      ["deliveryService?id=A&max=640 200"],
      "smithsonian.640",
      "640x427",
    ],
    [
      "by its ark: a tall picture, once its shape is known",
      `deliveryService/id/${ARK}`,
      300,
      [`320 200`, "2560 200"],
      "smithsonian.2560",
      "320x2560",
    ],
  ])("%s", async (_, path, width, asked, variant, size) => {
    const { network, walker } = await start();
    expect(await walker.walk(`https://ids.si.edu/ids/${path}`, { width })).toMatchObject({ variant, size });
    expect(names(network)).toEqual(asked);
  });
});
