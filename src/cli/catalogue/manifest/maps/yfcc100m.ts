/**
 * `--map yfcc100m`: the metadata of YFCC100M (Thomee et al., YFCC100M: The New Data in Multimedia Research, 2016), one
 * photo or video a line. The release of 2015 has 25 columns; an older one has 23, without line number and hash.
 */
import type { ManifestRow } from "../../../../catalogue/manifestRow.ts";
import { subProviderOf } from "../../../../catalogue/subProviders/subProviderOf.ts";
import type { Fields } from "../records/fields.ts";
import { type Located, locateId, type RowMap, type Verdict } from "../rowMap.ts";

/** Numbers of the columns in the layout of 25. In that of 23 the id is first, and the others come two earlier. */
const COLUMN = { id: 1, owner: 3, nickname: 4, uploaded: 6, userTags: 10, machineTags: 11 } as const;
const LATER = { license: 18, server: 19, secret: 21, marker: 24 } as const;
const LAYOUTS = [25, 23] as const;

const VIDEO = 0x31;
const ADDRESS = Buffer.from("https://live.staticflickr.com/");

export class Yfcc100mRowMap implements RowMap {
  readonly jsonColumns = [];
  /** `_b` = 1024 px. "" = 500 px, which every photo has. */
  readonly #size: Buffer;
  readonly #address = Buffer.allocUnsafe(1_024);
  #earlier = 0;

  /** `size`: Flickr's suffix (https://www.flickr.com/services/api/misc.urls.html). */
  constructor(size: "_b" | "") {
    this.#size = Buffer.from(`${size}.jpg`);
    ADDRESS.copy(this.#address);
  }

  begin(): "row" {
    return "row";
  }

  locate(fields: Fields, located: Located): Verdict {
    const { count } = fields;
    if (count === 1 && !fields.has(0)) return "blank";
    const [whole, older] = LAYOUTS;
    if (count !== whole && count !== older) return count > whole ? "too-many-columns" : "too-few-columns";
    this.#earlier = whole - count;
    const id = this.#earlier === 0 ? COLUMN.id : 0;
    const wrong = locateId(fields, id, located);
    if (wrong !== null) return wrong;
    const marker = LATER.marker - this.#earlier;
    if (fields.bytes[fields.start(marker)] === VIDEO) return "video";
    let end = this.#copy(fields, LATER.server - this.#earlier, ADDRESS.length, isDigit);
    if (end === 0) return "photo-malformed";
    this.#address[end++] = SLASH;
    end = this.#copy(fields, id, end, isDigit);
    if (end === 0) return "photo-malformed";
    this.#address[end++] = UNDERSCORE;
    end = this.#copy(fields, LATER.secret - this.#earlier, end, isHex);
    if (end === 0) return "photo-malformed";
    end += this.#size.copy(this.#address, end);
    located.fileSize = 0;
    located.width = 0;
    located.height = 0;
    return located.address.find(this.#address, 0, end);
  }

  row(fields: Fields, located: Located): ManifestRow {
    const of = (column: number) => fields.text(column - this.#earlier);
    const owner = unquoted(of(COLUMN.owner));
    const nickname = unquoted(of(COLUMN.nickname)).slice(0, 2_000);
    const uploaded = Number(of(COLUMN.uploaded));
    const license = of(LATER.license).slice(0, 300);
    const tags = [of(COLUMN.userTags), of(COLUMN.machineTags)]
      .flatMap((list) => (list === "" ? [] : list.split(",")))
      .map((tag) => unquoted(tag).slice(0, 1_000))
      .filter((tag) => tag !== "");
    return {
      id: located.id(),
      url: located.address.text(),
      provider: PROVIDER,
      source: subProviderOf({ ...NOBODY, owner }) ?? PROVIDER,
      ...(nickname === "" ? {} : { creator: nickname }),
      ...(owner === "" ? {} : { creatorUrl: `https://www.flickr.com/photos/${owner}`.slice(0, 2_000) }),
      ...(uploaded > 0 && uploaded < LATEST ? { createdAt: new Date(uploaded * 1_000).toISOString() } : {}),
      ...(tags.length === 0 ? {} : { tags }),
      ...(license === "" ? {} : { license }),
    };
  }

  /** Copies a field into the address. Gives its end; 0: it is empty, too long, or has a byte that is not allowed. */
  #copy(fields: Fields, field: number, to: number, isAllowed: (byte: number) => boolean): number {
    const start = fields.start(field);
    const end = fields.end(field);
    if (end <= start || end - start > 40) return 0;
    for (let at = start; at < end; at++) {
      const byte = fields.bytes[at] ?? 0;
      if (!isAllowed(byte)) return 0;
      this.#address[to++] = byte;
    }
    return to;
  }
}

const PROVIDER = "flickr";
const NOBODY = {
  ...{ provider: PROVIDER, creatorUrl: null, dataProviders: [], unitCode: null, building: null },
} as const;
const [SLASH, UNDERSCORE] = [0x2f, 0x5f];
/** Unix seconds of the year 2100. */
const LATEST = 4_102_444_800;

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHex(byte: number): boolean {
  return isDigit(byte) || (byte >= 0x61 && byte <= 0x66);
}

/** The values are encoded as in a form: `+` is a space, `%C3%A9` is é. What is no such encoding stays as it is. */
export function unquoted(text: string): string {
  const spaced = text.replaceAll("+", " ");
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"));
  }
}
