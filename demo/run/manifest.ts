/** The catalogue of the demo's run: pictures of the four third parties, as a manifest. Pure. */
import type { Politeness } from "../../src/config/politeness.ts";
import { SOURCES, type SourceTrait } from "../sources/table.ts";

export const RUN = "demo";
/** What `npm run demo:catalogue` runs, and the button of the page. */
export const RUN_PICTURES = 5_000;
export const THUMBNAIL_WIDTH = 320;

type Id = (typeof SOURCES)[number]["id"];

/**
 * What each third party allows, and its share of the pictures in parts of 100. On a machine that is fast enough the slow one
 * ends last, as in a real catalogue.
 */
export const TERMS = {
  meadow: { pace: { perSecond: 20, concurrency: 8 }, share: 40 },
  lantern: { pace: { perSecond: 4, concurrency: 5 }, share: 12 },
  folio: { pace: { perSecond: 8, concurrency: 4 }, share: 18 },
  mayfly: { pace: { perSecond: 15, concurrency: 8 }, share: 30 },
} as const satisfies Record<Id, { readonly pace: Partial<Politeness>; readonly share: number }>;

/** Files that are no pictures: what a catalogue of the real web has too. `every`: one in so many pictures. */
export const FALSE_PICTURES = [
  { file: "gone.jpg", every: 100, at: 17, bytes: null },
  {
    file: "notice.jpg",
    every: 200,
    at: 57,
    bytes: "<!doctype html><title>Sorry</title><p>This picture is not available.",
  },
  {
    file: "pixel.gif",
    every: 250,
    at: 83,
    bytes: "GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
  },
] as const satisfies readonly { file: string; every: number; at: number; bytes: string | null }[];

export type ManifestPicture = { readonly id: string; readonly url: string; readonly file: string; readonly source: Id };

/** `files`: of the photographs, which the pictures take in turn. `origins`: `https://127.0.0.1:N` by source. */
export function manifestPictures(
  count: number,
  files: readonly string[],
  origins: Readonly<Record<Id, string>>,
): readonly ManifestPicture[] {
  const ids = SOURCES.flatMap(({ id }) => Array.from({ length: TERMS[id].share }, () => id));
  return Array.from({ length: count }, (_, number) => {
    // 37 and 100 have no common divisor, so each 100 pictures have the shares of the table.
    const source = ids[(number * 37) % ids.length] as Id;
    const no = FALSE_PICTURES.find(({ every, at }) => number % every === at);
    const file = no?.file ?? files[number % files.length] ?? "";
    return { id: `picture-${number}`, url: `${origins[source]}/${number}/${file}`, file, source };
  });
}

export function manifestText(pictures: readonly ManifestPicture[]): string {
  return `id\turl\n${pictures.map(({ id, url }) => `${id}\t${url}\n`).join("")}`;
}

/** The paces as live settings of the Worker (`politeness`). */
export function paceSettings(origins: Readonly<Record<Id, string>>): string {
  const rules = SOURCES.map(({ id }) => [new URL(origins[id]).host, TERMS[id].pace] as const);
  return JSON.stringify({ politeness: Object.fromEntries(rules) });
}

export function traitOf(id: Id): SourceTrait {
  return SOURCES.find((source) => source.id === id) ?? SOURCES[0];
}
