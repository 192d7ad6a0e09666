/** Which source a picture of a provider belongs to. Pure. */
import { SUB_PROVIDERS, type SubProvider, type SubProviderName } from "./table.ts";

/** What a catalogue says of a picture. Null = not said. */
export type Attributable = {
  /** As the catalogue names it: `flickr`. */
  readonly provider: string | null;
  /** Flickr: the NSID or the alias of the owner. */
  readonly owner: string | null;
  readonly creatorUrl: string | null;
  /** Europeana: the institutions. */
  readonly dataProviders: readonly string[];
  /** Smithsonian: the unit. */
  readonly unitCode: string | null;
  /** Finna: the building. */
  readonly building: string | null;
};

export const NOTHING_SAID: Attributable = {
  ...{ provider: null, owner: null, creatorUrl: null, dataProviders: [], unitCode: null, building: null },
};

/** Lower-case NSID or alias -> the source. */
const BY_ACCOUNT: ReadonlyMap<string, SubProviderName> = new Map(
  rows().flatMap(([name, row]) => {
    if (row.by !== "account") return [];
    return row.accounts.flatMap(({ nsid, aliases }) =>
      [nsid, ...aliases].map((id) => [id.toLowerCase(), name] as const),
    );
  }),
);

/** `unit_code SIA` -> the source. */
const BY_VALUE: ReadonlyMap<string, SubProviderName> = new Map(
  rows().flatMap(([name, row]) =>
    row.by === "account" ? [] : row.values.map((value) => [`${row.by} ${value}`, name] as const),
  ),
);

/** The source within the provider, or null where the picture belongs to none of the table. Never throws. */
export function subProviderOf(said: Attributable): SubProviderName | null {
  switch (said.provider) {
    case "flickr": {
      const account = said.owner ?? (said.creatorUrl === null ? null : flickrAccountOf(said.creatorUrl));
      return account === null ? null : (BY_ACCOUNT.get(account.toLowerCase()) ?? null);
    }
    case "europeana":
      return firstOf("data_provider", said.dataProviders);
    case "smithsonian":
      return firstOf("unit_code", said.unitCode === null ? [] : [said.unitCode]);
    case "finnishmuseums":
      return firstOf("building", said.building === null ? [] : [said.building]);
    default:
      return null;
  }
}

/**
 * The owner in an address of Flickr: NSID or alias, lower case, decoded. Catalogues have `https://www.flickr.com/photos/X`,
 * `/people/X`, the address of a photo (`/photos/X/123`), and addresses without a scheme. Null: it names no owner.
 */
export function flickrAccountOf(url: string): string | null {
  const [, account] =
    /^(?:https?:)?(?:\/\/)?(?:www\.|m\.)?flickr\.com\/(?:photos|people)\/([^/?#]{1,80})/i.exec(url) ?? [];
  if (account === undefined) return null;
  return account.replace(/%40/g, "@").toLowerCase();
}

function firstOf(by: Exclude<SubProvider["by"], "account">, values: readonly string[]): SubProviderName | null {
  for (const value of values) {
    const name = BY_VALUE.get(`${by} ${value.trim()}`);
    if (name !== undefined) return name;
  }
  return null;
}

function rows(): readonly (readonly [SubProviderName, SubProvider])[] {
  return Object.entries(SUB_PROVIDERS) as [SubProviderName, SubProvider][];
}
