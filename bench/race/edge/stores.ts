/** What the bench asks of the Worker that holds the stores. */

/**
 * The name of that Worker, and of the binding under which the reader's edge finds it. The push edge has two variables
 * instead: the addresses of that Worker and of the reader's edge.
 */
export const STORES = {
  ...{ worker: "stores", binding: "RACE_STORES", url: "RACE_STORES_URL", coordinators: "RACE_COORDINATORS_URL" },
} as const;

/** An object under another key, in the same bucket; with metadata of its own unless that is null. */
export type Copy = {
  readonly bucket: string;
  readonly from: string;
  readonly to: string;
  readonly customMetadata: Readonly<Record<string, string>> | null;
};

export type StoresOrder =
  | { readonly what: "head"; readonly bucket: string; readonly key: string }
  | { readonly what: "copy"; readonly copies: readonly Copy[] }
  /** Writes the live settings into KV. */
  | { readonly what: "settings"; readonly text: string }
  /** Empties every store but for these keys. */
  | { readonly what: "clear"; readonly except: readonly string[] };

/** The metadata of an object; null if there is none. `url` is the Worker's address. */
export async function metadataOf(url: string, bucket: string, key: string): Promise<Record<string, string> | null> {
  const head = (await send(url, { what: "head", bucket, key })) as { customMetadata: Record<string, string> } | null;
  return head?.customMetadata ?? null;
}

/** Makes the copies. Throws Error if what is to be copied is not there. */
export async function copyObjects(url: string, copies: readonly Copy[]): Promise<void> {
  if (copies.length > 0) await send(url, { what: "copy", copies });
}

/** Empties every store but for the keys in `except`: a run would fill the memory. */
export async function clearStores(url: string, except: readonly string[]): Promise<void> {
  await send(url, { what: "clear", except });
}

/** Writes the live settings. The isolates read them within 20 s of their next request. */
export async function putSettings(url: string, text: string): Promise<void> {
  await send(url, { what: "settings", text });
}

async function send(url: string, order: StoresOrder): Promise<unknown> {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(order) });
  if (answer.status !== 200) throw new Error(`the stores refuse: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
