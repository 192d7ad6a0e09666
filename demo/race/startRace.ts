/**
 * The race: the same pictures twice, once with a hint to the warmer and once without. It shows what a hint from a search
 * server gains. Both get new names, so that no store has any of them.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { type Signing, signedUrl } from "../src/client/url.ts";
import type { Hinter } from "../warmer/client/hint.ts";
import type { CatalogueEntry } from "./catalogueEntry.ts";
import { passagePath } from "./passage.ts";
import type { Place } from "./places.ts";

export type Runner = { readonly src: string; readonly alt: string };
export type Lanes = { readonly hinted: readonly Runner[]; readonly plain: readonly Runner[] };

export type RacePicture = { readonly entry: CatalogueEntry; readonly address: string };

const WIDTH = 320;
/** Limits of the time that the page's API takes, from the hint to the last byte of its answer. */
export const API_MS = { least: 0, most: 10_000 } as const;

/**
 * Acts as the API server: sends hints for the pictures of the first lane, waits `apiMs` for the rest of its work, and gives
 * the addresses of both lanes as a browser at `place` asks for them.
 */
export async function startRace(
  pictures: readonly RacePicture[],
  place: Place,
  apiMs: number,
  parts: { readonly signing: Signing; readonly hinter: Hinter },
): Promise<Lanes> {
  const visit = randomBytes(5).toString("hex");
  const lane = (name: string) =>
    Promise.all(
      pictures.map(({ address }) => signedUrl("", `${address}?race=${visit}${name}`, { width: WIDTH }, parts.signing)),
    );
  const [hinted, plain] = await Promise.all([lane("a"), lane("b")]);
  parts.hinter.hint({ paths: hinted, colo: place.colo });
  await wait(Math.min(Math.max(apiMs, API_MS.least), API_MS.most));
  const runners = (paths: readonly string[]) =>
    paths.map((path, at) => ({
      src: passagePath(place.colo, visit, path),
      alt: pictures[at]?.entry.title ?? "",
    }));
  return { hinted: runners(hinted), plain: runners(plain) };
}
