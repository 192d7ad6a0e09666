/**
 * A bucket in memory, with what the Worker uses of R2. The runtime's own simulator takes milliseconds of CPU for each
 * call, which no deployment pays: on two cores it would delay a page's copies by more than an ocean does. A test holds
 * both to the same answers (test/bench/race/memoryBucket.test.ts).
 */

export type MemoryObject = {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly etag: string;
  /** Unix ms. */
  readonly uploaded: number;
  readonly customMetadata: Readonly<Record<string, string>>;
  readonly httpMetadata: unknown;
};

/** R2's conditions of a `put`. An object that is absent fulfils all but `etagMatches`. */
export type Condition = {
  readonly etagMatches?: string;
  readonly etagDoesNotMatch?: string;
  readonly uploadedBefore?: Date;
};

export type PutAttributes = {
  readonly customMetadata?: Readonly<Record<string, string>>;
  readonly httpMetadata?: unknown;
  readonly onlyIf?: Condition;
};

export class MemoryBucket {
  /** Objects by key, below the folder of the key. */
  readonly #folders = new Map<string, Map<string, MemoryObject>>();
  /** Each folder -> the folders below it, itself included: the Worker lists one of thousands. */
  readonly #below = new Map<string, Set<string>>();
  #puts = 0;

  get(key: string): MemoryObject | null {
    return this.#folders.get(folderOf(key))?.get(key) ?? null;
  }

  /** Null when the condition does not hold. `now` is in unix ms. */
  put(key: string, bytes: Uint8Array, attributes: PutAttributes, now: number): MemoryObject | null {
    const { customMetadata = {}, httpMetadata = {}, onlyIf } = attributes;
    if (!holds(onlyIf, this.get(key))) return null;
    const etag = `${now.toString(36)}-${this.#puts++}`;
    const size = bytes.byteLength;
    const object = {
      ...{ key, bytes, size, etag, uploaded: now },
      customMetadata: { ...customMetadata },
      httpMetadata,
    };
    this.#add(object);
    return object;
  }

  /** The first `limit` objects below `prefix`, in the order of their keys. */
  list(prefix: string, limit: number): readonly MemoryObject[] {
    const near = [...(this.#below.get(folderOf(prefix)) ?? [])].flatMap((name) => [
      ...(this.#folders.get(name)?.values() ?? []),
    ]);
    return near
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .slice(0, limit);
  }

  delete(key: string): void {
    this.#folders.get(folderOf(key))?.delete(key);
  }

  /** Deletes all objects with other keys. */
  keepOnly(keys: ReadonlySet<string>): void {
    const kept = [...this.#folders.values()].flatMap((folder) =>
      [...folder.values()].filter(({ key }) => keys.has(key)),
    );
    this.#folders.clear();
    this.#below.clear();
    for (const object of kept) this.#add(object);
  }

  #add(object: MemoryObject): void {
    const folder = folderOf(object.key);
    const siblings = this.#folders.get(folder) ?? this.#newFolder(folder);
    siblings.set(object.key, object);
  }

  #newFolder(folder: string): Map<string, MemoryObject> {
    const objects = new Map<string, MemoryObject>();
    this.#folders.set(folder, objects);
    for (let above = folder; ; above = folderOf(above.slice(0, -1))) {
      const below = this.#below.get(above) ?? new Set<string>();
      this.#below.set(above, below.add(folder));
      if (above === "") return objects;
    }
  }
}

/** The key up to its last slash, which is included. */
function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/") + 1);
}

function holds(condition: Condition | undefined, present: MemoryObject | null): boolean {
  const { etagMatches, etagDoesNotMatch, uploadedBefore } = condition ?? {};
  if (etagMatches !== undefined && etagMatches !== present?.etag) return false;
  if (present === null) return true;
  if (etagDoesNotMatch === "*" || etagDoesNotMatch === present.etag) return false;
  return uploadedBefore === undefined || present.uploaded < uploadedBefore.getTime();
}
