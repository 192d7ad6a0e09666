/** A catalogue of 325 million pictures, as that of 2020 was made up, for the simulation. */
import { type JobPace, jobPace } from "../../src/catalogue/jobPace.ts";
import { NO_LIMITS, type Politeness } from "../../src/config/politeness.ts";
import { PolitenessRules } from "../../src/origin/governor/politeness.ts";
import type { SimulatedHost } from "./simulation.ts";

type Row = { readonly host: string; readonly pictures: number; readonly agreed?: Partial<Politeness> };

/**
 * Hosts and their pictures in millions: Flickr's share and pace are those that the crawler of 2020 planned with (178 of
 * 193 a second); the others are of the size that the catalogue's own statistics show. `agreed`: what an operator would have
 * to ask for first.
 */
const LARGE: readonly Row[] = [
  { host: "live.staticflickr.com", pictures: 300_000_000, agreed: { perSecond: 178, concurrency: 64 } },
  { host: "upload.wikimedia.org", pictures: 10_000_000 },
  { host: "static.inaturalist.org", pictures: 6_000_000, agreed: { bytesPerSecond: 2_000_000 } },
  { host: "iiif.europeana.example", pictures: 2_500_000 },
  { host: "ids.si.edu", pictures: 2_400_000 },
  { host: "images.rijksmuseum.example", pictures: 600_000 },
  { host: "images.metmuseum.org", pictures: 400_000 },
  { host: "images.nypl.org", pictures: 300_000 },
];
/** The rest are many small hosts: Europeana's and Finna's institutions, and blogs. */
const SMALL = { hosts: 8_000, pictures: 350 } as const;

/** `scale`: every host has so much less; the times shrink with it. */
export function catalogueMix(scale: number): readonly SimulatedHost[] {
  const rules = new PolitenessRules({});
  const large = LARGE.map(({ host, pictures, agreed }): SimulatedHost => {
    const { rule } = rules.of(new URL(`https://${host}/`));
    const limits = agreed === undefined ? rule : { ...NO_LIMITS, ...rule, ...agreed };
    return { host, pictures: Math.ceil(pictures * scale), pace: jobPace(limits, pictures) };
  });
  const { hosts, pictures } = SMALL;
  const pace: JobPace = jobPace(null, pictures);
  const small = Array.from(
    { length: Math.ceil(hosts * scale) },
    (_, i): SimulatedHost => ({ host: `h${i}.example`, pictures, pace }),
  );
  return [...large, ...small];
}
