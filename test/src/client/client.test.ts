import { transformBaseImageProps } from "@unpic/core/base";
import { describe, expect, test } from "vitest";
import packageFile from "../../../package.json" with { type: "json" };
import {
  createClient,
  type ImgAttributes,
  type ImgOptions,
  LADDER,
  nextLoader,
  nuxtProvider,
  unpicTransformer,
} from "../../../src/client/client.ts";
import { pathSigner, signedUrlSync, unsignedUrl } from "../../../src/client/url.ts";
import type { Config } from "../../../src/config/config.ts";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { computeGeometry } from "../../../src/image/geometry/computeGeometry.ts";
import type { Size } from "../../../src/image/picture.ts";
import { readImageRequest } from "../../../src/request/readImageRequest.ts";
import { exampleOf } from "../../support/exampleOf.ts";

const ENDPOINT = "https://img.example.org";
const SOURCE = "https://a.test/b.jpg";
const SIGNING = { key: "736563726574", salt: "68656c6c6f" };
const OPEN = parseConfig({ ALLOWED_SOURCES: "a.test" });
const SIGNED = parseConfig({ SIGNING_KEYS: SIGNING.key, SIGNING_SALTS: SIGNING.salt });

const client = createClient({ endpoint: `${ENDPOINT}/` });
const server = createClient({ endpoint: ENDPOINT, sign: pathSigner(SIGNING) });
const read = async (url: string, config = OPEN) => (await readImageRequest(url, null, config, 0)).transform;
const widthsIn = (srcset: string) => srcset.split(", ").map((part) => Number(/ (\d+)w$/.exec(part)?.[1]));

/** The widths of the pictures that a `srcset` gets. With an aspect each picture has it, to a pixel. */
async function madeOf(srcset: string, source: Size, config: Config, aspect?: number): Promise<readonly number[]> {
  const sizes = srcset.split(", ").map(async (part) => {
    const { width, height, canvas } = computeGeometry(source, await read(part.split(" ")[0] ?? "", config));
    if (aspect) expect(Math.abs(height - width / aspect)).toBeLessThanOrEqual(1 + 1 / aspect);
    return canvas?.width ?? width;
  });
  return Promise.all(sizes);
}

describe("src", () => {
  test("is unsigned without a signer, and signed with one, as firstlight/url has it", () => {
    expect(client.src(SOURCE, { width: 320 })).toBe(unsignedUrl(ENDPOINT, SOURCE, { width: 320 }));
    expect(server.src(SOURCE, { width: 320 })).toBe(signedUrlSync(ENDPOINT, SOURCE, { width: 320 }, SIGNING));
    expect(client.src(SOURCE)).toBe(unsignedUrl(ENDPOINT, SOURCE));
  });
  test("a relative source is one of the site's own", () => {
    const site = createClient({ endpoint: ENDPOINT, base: "https://a.test/page/" });
    expect(site.src("../b.jpg")).toBe(client.src(SOURCE));
    expect(site.src(SOURCE)).toBe(client.src(SOURCE));
    expect(() => client.src("../b.jpg")).toThrow(/no absolute http or https URL/);
  });
  test("the address of the facts has the signature of the path behind it", async () => {
    expect(client.info(SOURCE)).toBe(client.src(SOURCE).replace("/unsafe/", "/info/unsafe/"));
    expect(await read(server.info(SOURCE).replace("/info", ""), SIGNED)).toMatchObject({ width: 0 });
  });
});

/** `true`: the source's own size. */
type Asked = Omit<ImgOptions, "natural"> & { readonly natural?: number | Size | true };
type Row = readonly [name: string, source: Size, asked: Asked, widths: readonly number[]];

describe("img", () => {
  test.each([
    ["the whole page's width", {}, [...LADDER], 160, "100vw"],
    ["a width on the ladder", { width: 320 }, [160, 320, 640], 320, "(min-width: 320px) 320px, 100vw"],
    ["a width between two rungs", { width: 400 }, [160, 320, 640, 1024], 640, "(min-width: 400px) 400px, 100vw"],
    ["more than the ladder has", { width: 3_000 }, [...LADDER], 2_048, "(min-width: 3000px) 3000px, 100vw"],
    ["a source that is smaller", { width: 400, natural: 500 }, [160, 320, 500], 500, "(min-width: 400px) 400px, 100vw"],
    ["a source as large as a rung", { natural: 640 }, [160, 320, 640], 160, "100vw"],
    ["a source larger than the ladder", { natural: 9_000 }, [...LADDER], 160, "100vw"],
    ["a tiny source", { natural: 40 }, [40], 40, "100vw"],
    ["sizes of the page's own", { sizes: "50vw" }, [...LADDER], 160, "50vw"],
  ] as const)("%s", async (_, options, widths, src, sizes) => {
    const attributes = client.img(SOURCE, options);
    expect([widthsIn(attributes.srcset), attributes.sizes]).toEqual([widths, sizes]);
    expect((await read(attributes.src)).width).toBe(Math.min(LADDER.find((rung) => rung >= src) ?? 2_048, 2_048));
  });
  test("each descriptor is the width that the proxy makes", async () => {
    for (const part of client.img(SOURCE, { width: 500 }).srcset.split(", ")) {
      const [url = "", descriptor = ""] = part.split(" ");
      expect(`${(await read(url)).width}w`).toBe(descriptor);
    }
  });
  test("an aspect cuts, and other options go along", async () => {
    const { srcset } = server.img(SOURCE, { width: 320, aspect: 16 / 9, quality: 70 });
    const url = srcset.split(" ")[0] ?? "";
    expect(await read(url, SIGNED)).toMatchObject({ width: 160, height: 90, resize: "fill-down", quality: 70 });
  });
  const wide = { width: 900, height: 600 };
  const large = { width: 2_400, height: 1_600 };
  test.each<Row>([
    ["a square of a smaller source", wide, { width: 400, aspect: 1, natural: wide }, [160, 320, 600]],
    ["its width alone", wide, { aspect: 1, natural: 600 }, [160, 320, 600]],
    ["a square as high as a rung", { width: 900, height: 640 }, { aspect: 1, natural: true }, [160, 320, 640]],
    ["a pixel less", { width: 900, height: 639 }, { aspect: 1, natural: true }, [160, 320, 639]],
    ["a high cut", large, { aspect: 0.5, natural: large }, [160, 320, 640, 800]],
    [
      "a high cut of a huge source",
      { width: 9e3, height: 9e3 },
      { aspect: 0.5, natural: true },
      [160, 320, 640, 1_024],
    ],
    ["a cut that the width limits", wide, { aspect: 16 / 9, natural: wide }, [160, 320, 640, 900]],
    ["a tiny source", { width: 40, height: 30 }, { aspect: 1, natural: true }, [30]],
    ["a source of one pixel", { width: 1, height: 1 }, { aspect: 3, natural: true }, [1]],
    ["higher than the ladder in the lowest rung", { width: 9e3, height: 9e3 }, { aspect: 0.05 }, [102]],
    ["without an aspect", wide, { natural: wide }, [160, 320, 640, 900]],
    ["enlarged", wide, { aspect: 1, natural: wide, enlarge: true }, LADDER],
    ["extended", wide, { aspect: 2, natural: wide, extend: { at: "ce" } }, LADDER],
    [
      "another resizing type, which an aspect overrules",
      wide,
      { aspect: 1, natural: wide, resize: "fill" },
      [160, 320, 600],
    ],
  ])("the descriptors of unsigned pictures are true: %s", async (_, source, { natural, ...options }, widths) => {
    const known = natural === undefined ? {} : { natural: natural === true ? source : natural };
    const { srcset } = client.img(SOURCE, { ...options, ...known });
    expect(widthsIn(srcset)).toEqual(widths);
    expect(await madeOf(srcset, source, OPEN)).toEqual(widths);
  });
  test("every descriptor is the width that is made, and every picture has the aspect", async () => {
    for (const [width, height] of [
      [900, 600],
      [2_400, 1_600],
      [601, 1_999],
      [5_000, 333],
      [77, 2_047],
    ] as const) {
      for (const aspect of [undefined, 0.5, 2 / 3, 0.8, 1, 4 / 3, 1.91, 16 / 9, 3]) {
        const natural = { width, height };
        for (const [maker, config] of [
          [client, OPEN],
          [server, SIGNED],
        ] as const) {
          const { srcset } = maker.img(SOURCE, { natural, ...(aspect && { aspect }) });
          const widths = widthsIn(srcset);
          expect(await madeOf(srcset, natural, config, aspect)).toEqual(widths);
          expect(widths).toEqual([...new Set(widths)].sort((a, b) => a - b));
          expect(Math.max(...widths)).toBeLessThanOrEqual(Math.round(Math.min(width, height * (aspect ?? 1e9))));
        }
      }
    }
  });
  test("a signed list ends at the cut source's own width", () => {
    expect(widthsIn(server.img(SOURCE, { aspect: 1, natural: wide }).srcset)).toEqual([160, 320, 600]);
    expect(widthsIn(server.img(SOURCE, { aspect: 0.5, natural: large }).srcset)).toEqual([160, 320, 640, 800]);
    expect(widthsIn(server.img(SOURCE, { aspect: 0.5 }).srcset)).toEqual([...LADDER]);
  });
  test.each([-1, Number.NaN, "16/9" as unknown as number])("an aspect of %s", (aspect) => {
    if (Number.isNaN(aspect)) expect(client.img(SOURCE, { aspect })).toEqual(client.img(SOURCE));
    else expect(() => client.img(SOURCE, { aspect })).toThrow(RangeError);
  });
  test("the ladder of another deployment", () => {
    const own = createClient({ endpoint: ENDPOINT, ladder: [100, 200, 400] });
    expect(widthsIn(own.img(SOURCE, { width: 90 }).srcset)).toEqual([100, 200]);
  });
});

test("the page of docs/front-end/clients.md takes what the package has, and writes the picture's attributes", async () => {
  const page = exampleOf("docs/front-end/clients.md", "page.html");
  const map: unknown = JSON.parse(/importmap">(.*)<\/script>/.exec(page)?.[1] ?? "");
  const path = packageFile.exports["./client"].default.replace("./", "/node_modules/firstlight/");
  expect(map).toEqual({ imports: { "firstlight/client": path } });
  const script = /<script type="module">([\s\S]*)<\/script>/.exec(page)?.[1] ?? "";
  const img: Partial<ImgAttributes> = {};
  const run = new Function("createClient", "location", "document", script.replace(/import .*/, ""));
  run(createClient, { href: "http://127.0.0.1:8000/page.html" }, { getElementById: () => img });
  expect([img.src, widthsIn(img.srcset ?? "")]).toEqual([
    createClient({ endpoint: "http://127.0.0.1:8787" }).src("http://127.0.0.1:8000/a.jpg", {
      ...{ width: 640, height: 360, resize: "fill-down" },
    }),
    [160, 320, 640, 1_024],
  ]);
});

describe("loaders", () => {
  test("next/image: a text at once, with and without a quality", async () => {
    const loader = nextLoader(client, { background: "fff" });
    expect(loader({ src: SOURCE, width: 640 })).toBe(client.src(SOURCE, { background: "fff", width: 640 }));
    expect((await read(loader({ src: SOURCE, width: 640, quality: 75 }))).quality).toBe(80);
    expect(nextLoader(client, { quality: 60 })({ src: SOURCE, width: 640, quality: undefined })).toContain("q:60");
  });
  test.each([
    ["numbers", { width: 320, height: 160 }, { width: 320, height: 160, resize: "fill" }],
    ["texts and fractions", { width: "320", height: "160.4", quality: "80" }, { width: 320, height: 160, quality: 80 }],
    ["one side", { width: 320 }, { width: 320, height: 0, resize: "fit" }],
    ["a format that we make", { width: 320, format: "jpg" }, { format: "jpeg" }],
    ["a format that we do not make", { width: 320, format: "avif" }, { format: "auto" }],
    ["contain", { width: 320, height: 160, fit: "contain" }, { resize: "fit" }],
    ["fill", { width: 320, height: 160, fit: "fill" }, { resize: "force" }],
    ["a word that we do not have", { width: 320, height: 160, fit: "toString" }, { resize: "fit" }],
  ])("unpic and Nuxt: %s", async (_, operations, wanted) => {
    const url = unpicTransformer(server)(SOURCE, operations);
    expect(await read(url, SIGNED)).toMatchObject(wanted);
    expect(nuxtProvider(server).getImage(SOURCE, { modifiers: operations })).toEqual({ url });
    expect(unpicTransformer(server)(new URL(SOURCE), operations)).toBe(url);
  });
  test("unpic's components with our transformer: every entry is the width that its descriptor says", async () => {
    const props = transformBaseImageProps({
      ...{ src: SOURCE, width: 300, height: 200, layout: "constrained", operations: {}, options: {} },
      transformer: unpicTransformer(server),
    });
    const entries = String(props.srcset).split(/,\s+/);
    expect(entries.map((entry) => entry.split(" ")[1])).toEqual(["300w", "600w"]);
    for (const entry of entries) {
      const [url = "", descriptor = ""] = entry.split(" ");
      const { width, height, resize } = await read(url, SIGNED);
      expect([`${width}w`, resize]).toEqual([descriptor, "fill"]);
      expect(height).toBe(Math.round((width * 2) / 3));
    }
    expect((await read(String(props.src), SIGNED)).width).toBe(300);
  });
  test("Nuxt without modifiers", () => {
    expect(nuxtProvider(client).getImage(SOURCE)).toEqual({ url: client.src(SOURCE) });
  });
});
