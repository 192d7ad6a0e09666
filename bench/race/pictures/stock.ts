/** The pictures of the pages: new addresses, and where they are stored before a page asks for them. */
import { setTimeout as pause } from "node:timers/promises";
import { type Signing, signedUrlSync } from "../../../src/client/url.ts";
import type { Config } from "../../../src/config/config.ts";
import { SETTINGS_KEY } from "../../../src/live/settingsCache.ts";
import { canonicalOptions } from "../../../src/request/canonical.ts";
import { readImageRequest, urlOfPath } from "../../../src/request/readImageRequest.ts";
import { finalAddressOf } from "../../../src/store/schema/finalAddress.ts";
import { renditionKey, type SourceKeys, sourceKeys } from "../../../src/store/schema/key.ts";
import { decodeMeta, encodeMeta } from "../../../src/store/schema/meta.ts";
import type { StoredMeta } from "../../../src/store/tiers/tier.ts";
import { type Copy, clearStores, copyObjects, metadataOf } from "../edge/stores.ts";
import type { Source } from "./source.ts";

/** The width of all pictures, in pixels. */
export const WIDTH = 320;
/** What Chromium sends for an `<img>`. */
const ACCEPT = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
const METADATA_BYTES = 2048;
const STORED_WITHIN_MS = 30_000;

export type Picture = { readonly photo: number; readonly address: string; readonly path: string };

export type StockParts = {
  readonly signing: Signing;
  readonly config: Config;
  readonly source: Source;
  /** Addresses of the stores and of the isolate that makes the first renditions. */
  readonly stores: string;
  readonly maker: string;
};

type Names = { readonly keys: SourceKeys; readonly rendition: string };
type Template = Names & { readonly meta: StoredMeta };

export class Stock {
  readonly #parts: StockParts;
  readonly #templates = new Map<number, Template>();
  #serial = 0;

  constructor(parts: StockParts) {
    this.#parts = parts;
  }

  /** A picture that nobody has asked for, with the bytes of a photograph. */
  picture(photo: number): Picture {
    const { source, signing } = this.#parts;
    const address = source.address(photo, `${process.pid}-${this.#serial++}`);
    return { photo, address, path: signedUrlSync("", address, { width: WIDTH }, signing) };
  }

  /** Puts the pictures into the primary store and their sources' metadata into KV, as if they had been made long ago. */
  async store(pictures: readonly Picture[]): Promise<void> {
    const byPhoto = Map.groupBy(pictures, ({ photo }) => photo);
    for (const [photo, some] of byPhoto) {
      const template = await this.#template(photo);
      const copies = await Promise.all(some.map((picture) => this.#copiesOf(template, picture)));
      await copyObjects(this.#parts.stores, copies.flat());
    }
  }

  /** Forgets all pictures of pages. The first renditions and the live settings stay. */
  async clear(): Promise<void> {
    const kept = [...this.#templates.values()].flatMap(({ rendition, keys }) => [rendition, keys.sourceMeta]);
    await clearStores(this.#parts.stores, [...kept, SETTINGS_KEY]);
  }

  /** The store keys of a picture: a trace names calls by them. */
  async namesOf({ path, address }: Picture): Promise<Names> {
    const url = urlOfPath("http://127.0.0.1", path);
    const request = await readImageRequest(url, ACCEPT, this.#parts.config, Date.now());
    const keys = await sourceKeys(address);
    return { keys, rendition: await renditionKey(keys, canonicalOptions(request)) };
  }

  async #copiesOf({ meta, rendition, keys }: Template, picture: Picture): Promise<readonly Copy[]> {
    const names = await this.namesOf(picture);
    const own = { ...meta, source: picture.address, final: await finalAddressOf(picture.address) };
    const customMetadata = encodeMeta(own, METADATA_BYTES);
    return [
      { bucket: "R2_PRIMARY", from: rendition, to: names.rendition, customMetadata },
      { bucket: "THUMBS", from: keys.sourceMeta, to: names.keys.sourceMeta, customMetadata: null },
    ];
  }

  /** The rendition of a photograph that the Worker itself has made and stored. */
  async #template(photo: number): Promise<Template> {
    const known = this.#templates.get(photo);
    if (known !== undefined) return known;
    const { maker, stores } = this.#parts;
    const picture = this.picture(photo);
    const answer = await fetch(`${maker}${picture.path}`, { headers: { accept: ACCEPT } });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`photograph ${photo}: the Worker answered ${answer.status}`);
    const names = await this.namesOf(picture);
    for (const until = performance.now() + STORED_WITHIN_MS; performance.now() < until; await pause(20)) {
      const meta = decodeMeta(await metadataOf(stores, "R2_PRIMARY", names.rendition));
      if (meta === null || (await metadataOf(stores, "THUMBS", names.keys.sourceMeta)) === null) continue;
      const template = { ...names, meta };
      this.#templates.set(photo, template);
      return template;
    }
    throw new Error(`photograph ${photo}: not in the primary store after ${STORED_WITHIN_MS} ms`);
  }
}
