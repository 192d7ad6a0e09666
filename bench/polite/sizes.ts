/**
 * Source bytes of a new thumbnail with the providers' own sizes, against the address that the catalogue stores, and how like
 * the result is. The providers are look-alikes; sharp makes their sizes of photographs.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { loadCatalogue } from "../../demo/catalogue.ts";
import { TOP } from "../../src/cli/edge/bundle.ts";
import { flickr } from "../../test/support/providers/flickr.ts";
import { iiif } from "../../test/support/providers/iiif.ts";
import { type Draw, type LookAlike, startNetwork } from "../../test/support/providers/lookAlike.ts";
import { smithsonian } from "../../test/support/providers/smithsonian.ts";
import { wikimedia, wikimediaPath } from "../../test/support/providers/wikimedia.ts";
import { ssim } from "../engine/ssim.ts";
import { type BenchOptions, judged, type Row } from "../row.ts";
import { median } from "../table.ts";
import { NO_TRIPS } from "./edge/control.ts";
import { type PoliteEdges, startPoliteEdges } from "./edge/start.ts";

type Photo = { readonly bytes: Uint8Array; readonly width: number; readonly height: number };

type Provider = {
  readonly name: string;
  readonly lookAlike: (photo: Photo, serial: number, draw: Draw) => LookAlike;
  /** The address that the catalogue stores. */
  readonly address: (serial: number) => string;
  /** The largest share of the source's bytes. */
  readonly limit: number;
};

const IIIF_HOST = "iiif.museum.example";
const MEDIA = "https://upload.wikimedia.org/wikipedia/commons";

const PROVIDERS: readonly Provider[] = [
  {
    ...{ name: "Flickr, from _b", limit: 0.5 },
    lookAlike: ({ width, height }, serial, draw) => flickr([{ name: `65535/${serial}_abc`, width, height }], draw),
    address: (serial) => `https://live.staticflickr.com/65535/${serial}_abc_b.jpg`,
  },
  {
    ...{ name: "Wikimedia, from the original", limit: 1 / 8 },
    lookAlike: ({ width, height }, serial, draw) =>
      wikimedia({ files: [{ name: `Photo_${serial}.jpg`, width, height }], draw }),
    address: (serial) => `${MEDIA}/${wikimediaPath(`Photo_${serial}.jpg`)}`,
  },
  {
    ...{ name: "IIIF level 2, from the original", limit: 1 / 8 },
    lookAlike: ({ width, height }, _, draw) => iiif({ host: IIIF_HOST, version: 2, level: 2, width, height, draw }),
    address: (serial) => `https://${IIIF_HOST}/iiif/${serial}/full/full/0/default.jpg`,
  },
  {
    ...{ name: "Smithsonian, from the original", limit: 1 / 8 },
    lookAlike: ({ width, height }, serial, draw) => smithsonian({ [`NMNH-${serial}`]: { width, height } }, draw),
    address: (serial) => `https://ids.si.edu/ids/deliveryService?id=NMNH-${serial}`,
  },
];

const SIDE = 640;
/** Quality of the JPEGs that the look-alikes make; 4:2:0. */
const QUALITY = 87;
const LEAST_WIDTH = 2_000;
const MOST_BYTES = 16 << 20;
/** Pixels of the provider's size for one of the thumbnail's, and the least likeness. */
const LIKENESS = [
  { times: "1.0", limit: 0.97, provider: 0, width: SIDE },
  { times: "1.0", limit: 0.97, provider: 2, width: SIDE },
  { times: "1.0", limit: 0.97, provider: 3, width: SIDE },
  // Wikimedia's step of 960 px.
  { times: "1.9", limit: 0.98, provider: 1, width: 505 },
] as const;

export async function measureSizes({ quick, say }: BenchOptions): Promise<Row[]> {
  const photos = await loadPhotos(quick ? 3 : 8);
  const vars = { ALLOWED_SOURCES: PROVIDERS.map(({ address }) => new URL(address(0)).host).join(",") };
  const start = (own: Readonly<Record<string, string>>) =>
    startPoliteEdges({ isolates: 1, vars: { ...vars, ...own }, settings: {} });
  const shares: number[][] = PROVIDERS.map(() => []);
  const likeness: number[][] = LIKENESS.map(() => []);
  const running: PoliteEdges[] = [];
  try {
    const on = await start({ PROVIDER_SIZES: "on" });
    running.push(on);
    const off = await start({ PROVIDER_SIZES: "off" });
    running.push(off);
    for (const [serial, photo] of photos.entries()) {
      say(`providers' sizes: photograph ${serial + 1} of ${photos.length}`);
      const draw = drawing(photo);
      const network = await startNetwork(PROVIDERS.map(({ lookAlike }) => lookAlike(photo, serial + 1, draw)));
      const order = { trips: NO_TRIPS, providersPort: network.port };
      await Promise.all([on.tell(order), off.tell(order)]);
      const bytesOf = async (edge: PoliteEdges, width: number, provider: Provider) => {
        const from = network.asked.length;
        const png = await thumbnail(edge, width, provider.address(serial + 1));
        return { png, bytes: network.asked.slice(from).reduce((sum, one) => sum + one.bytes, 0) };
      };
      try {
        for (const [i, provider] of PROVIDERS.entries()) {
          const ours = await bytesOf(on, SIDE, provider);
          const whole = await bytesOf(off, SIDE, provider);
          shares[i]?.push(ours.bytes / whole.bytes);
          for (const [row, { provider: index, width }] of LIKENESS.entries()) {
            if (index !== i) continue;
            const [a, b] =
              width === SIDE
                ? [ours, whole]
                : [await bytesOf(on, width, provider), await bytesOf(off, width, provider)];
            likeness[row]?.push(await likenessOf(a.png, b.png));
          }
        }
      } finally {
        await network.close();
      }
    }
  } finally {
    await Promise.all(running.map((edges) => edges.stop()));
  }
  return [
    ...PROVIDERS.map(({ name, limit }, i) => byteRow(name, limit, shares[i] ?? [])),
    ...LIKENESS.map(({ times, limit, provider }, i) =>
      likenessRow(`${PROVIDERS[provider]?.name}, ${times} times the pixels`, limit, likeness[i] ?? []),
    ),
  ];
}

function byteRow(name: string, limit: number, shares: readonly number[]): Row {
  return judged({
    ...{
      what: `source bytes of a ${SIDE} px thumbnail: ${name}`,
      value: median(shares),
      limit,
      better: "lower",
      digits: 3,
    },
    ...{ detail: `worst ${Math.max(...shares).toFixed(3)} of ${shares.length}`, values: { shares } },
  });
}

function likenessRow(name: string, limit: number, values: readonly number[]): Row {
  return judged({
    ...{
      what: `SSIM with that of the stored address: ${name}`,
      value: median(values),
      limit,
      better: "higher",
      digits: 4,
    },
    ...{ detail: `worst ${Math.min(...values).toFixed(4)}`, values: { ssim: values } },
  });
}

/** The first JPEGs, by name, that are wider than high and large enough to be an original. Throws Error without any. */
async function loadPhotos(most: number): Promise<readonly Photo[]> {
  const { folder, entries } = await loadCatalogue(process.env.PHOTOS, TOP, () => {});
  const photos: Photo[] = [];
  for (const { file, bytes: size } of entries) {
    if (photos.length === most || !/\.jpe?g$/i.test(file) || size > MOST_BYTES) continue;
    const bytes = new Uint8Array(readFileSync(join(folder, file)));
    const { width, height, orientation = 1 } = await sharp(bytes).metadata();
    if (width >= LEAST_WIDTH && width > height && orientation === 1) photos.push({ bytes, width, height });
  }
  if (photos.length === 0) throw new Error(`no upright JPEG of at least ${LEAST_WIDTH} px in ${folder}`);
  return photos;
}

/** The photograph in any size; in its own size the file itself. */
function drawing({ bytes, width, height }: Photo): Draw {
  return async (w, h) => {
    const made = w === width && h === height ? bytes : await scaled(bytes, w, h);
    return { status: 200, headers: { "content-type": "image/jpeg" }, body: made };
  };
}

function scaled(bytes: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return sharp(bytes).resize(width, height, { fit: "fill" }).keepIccProfile().jpeg({ quality: QUALITY }).toBuffer();
}

async function thumbnail({ isolates: [url] }: PoliteEdges, width: number, source: string): Promise<Uint8Array> {
  const path = `/_/rs:fit:${width}/f:png/plain/${encodeURIComponent(source)}`;
  const answer = await fetch(url + path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Mean SSIM of two PNGs of the same size. A PNG adds no loss of its own. Throws Error if the sizes differ by more than a pixel. */
async function likenessOf(a: Uint8Array, b: Uint8Array): Promise<number> {
  const raw = async (png: Uint8Array, size?: { width: number; height: number }) => {
    const image = sharp(png).removeAlpha();
    const sized = size === undefined ? image : image.extract({ left: 0, top: 0, ...size });
    return sized.raw().toBuffer({ resolveWithObject: true });
  };
  const [one, two] = [await sharp(a).metadata(), await sharp(b).metadata()];
  if (Math.abs(one.width - two.width) > 1 || Math.abs(one.height - two.height) > 1) {
    throw new Error(`${one.width}x${one.height} against ${two.width}x${two.height}`);
  }
  const size = { width: Math.min(one.width, two.width), height: Math.min(one.height, two.height) };
  const [x, y] = [await raw(a, size), await raw(b, size)];
  return ssim(x.data, y.data, size.width, size.height, x.info.channels);
}
