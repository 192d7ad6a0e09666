/** Whose a picture is, and under which licence it may be used: from every block of a file, as one record. */
import type { Transform } from "../../request/transform.ts";
import { type Blocks, tidy } from "./blocks.ts";
import { readExif } from "./exif.ts";
import { readIptc } from "./iptc.ts";
import { readXmp, type Xmp } from "./xmp.ts";

/** Null: nothing says it. */
export type Rights = {
  /** Address of a licence (`cc:license`). */
  readonly license: string | null;
  /** Address of a page about the rights (`xmpRights:WebStatement`). */
  readonly statement: string | null;
  readonly creator: string | null;
  readonly copyright: string | null;
  /** Terms of use in words. */
  readonly terms: string | null;
  readonly credit: string | null;
};

export const NO_RIGHTS: Rights = {
  ...{ license: null, statement: null, creator: null },
  ...{ copyright: null, terms: null, credit: null },
};

/** The rights that blocks name. XMP counts before IPTC and EXIF, because only its texts have a known encoding. */
export function rightsOf({ exif, xmp, iptc, notice = null }: Blocks): Rights {
  const described = xmp === null ? null : readXmp(xmp);
  const records = iptc === null ? null : readIptc(iptc);
  const taken = exif === null ? null : readExif(exif);
  const one = (property: Parameters<Xmp["get"]>[0]) => described?.get(property)?.[0] ?? null;
  const statement = webAddress(one("xmpRights:WebStatement"));
  const license = webAddress(one("cc:license"));
  const creator = described?.get("dc:creator")?.join(", ") ?? records?.creator ?? taken?.artist ?? null;
  const credit = one("photoshop:Credit") ?? records?.credit ?? null;
  // What says the same twice takes room from the rest.
  return {
    license,
    statement: statement === license ? null : statement,
    creator,
    copyright: one("dc:rights") ?? records?.copyright ?? taken?.copyright ?? notice,
    terms: one("xmpRights:UsageTerms"),
    credit: credit === creator ? null : credit,
  };
}

/** The title of a picture; null when it has none. It is no right, so thumbnails do not keep it. */
export function titleOf({ xmp, iptc }: Blocks): string | null {
  const described = xmp === null ? null : (readXmp(xmp).get("dc:title")?.[0] ?? null);
  return described ?? (iptc === null ? null : readIptc(iptc).title);
}

/** Only what a browser may follow without harm. */
function webAddress(text: string | null): string | null {
  return text !== null && /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text).href : null;
}

/** The rights that an address gives, where those of the file say nothing of it. */
export function withGiven(rights: Rights, given: Transform["license"]): Rights {
  if (given === null) return rights;
  const address = licenseAddress(given.license);
  const words = address === null ? tidy(given.license) : null;
  const hasLicense = rights.license !== null || rights.statement !== null || rights.terms !== null;
  return {
    ...rights,
    ...(hasLicense ? {} : { license: address, terms: words }),
    creator: rights.creator ?? tidy(given.creator),
  };
}

/** Versions of the licences where none is named: the newest. */
const NEWEST = "4.0";
const CREATIVE_COMMONS = "https://creativecommons.org";

/**
 * The address of a licence: as it is written, or for the short names of Creative Commons that catalogues use (`by-sa`,
 * `CC BY-SA 3.0`, `cc0`, `pdm`). Null for any other name.
 */
export function licenseAddress(license: string): string | null {
  const address = webAddress(license);
  if (address !== null) return address;
  const name = license.toLowerCase().replaceAll(/[\s_]+/g, "-");
  if (/^(cc-?)?(cc)?0(-1\.0)?$/.test(name)) return `${CREATIVE_COMMONS}/publicdomain/zero/1.0/`;
  if (/^(cc-)?pdm(-1\.0)?$/.test(name)) return `${CREATIVE_COMMONS}/publicdomain/mark/1.0/`;
  const [, terms, version = NEWEST] = /^(?:cc-)?(by(?:-nc)?(?:-sa|-nd)?)(?:-([1-4]\.[05]))?$/.exec(name) ?? [];
  return terms === undefined ? null : `${CREATIVE_COMMONS}/licenses/${terms}/${version}/`;
}
