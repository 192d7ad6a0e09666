/** What a killed edge has left on its disk: the leases of the feeds, and the keys of the primary bucket. Nothing is changed. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { HostRecord } from "../../src/catalogue/feed/hostRecord.ts";

export type KilledDisk = {
  /** Hosts that are under way, with their leases. */
  readonly hosts: readonly HostRecord[];
  /** Whether the bucket has an object below the prefix. */
  has(prefix: string): boolean;
  /** The keys below the prefix, in order. */
  keys(prefix: string): readonly string[];
  /** An object's text. Throws when there is none. */
  text(key: string): string;
  /** The custom metadata of an object; null = there is no such object. */
  metadata(key: string): Readonly<Record<string, string>> | null;
  close(): void;
};

/** `persist`: the folder of the edge, which must not run. `known`: a key by which the primary bucket is told from others. */
export function openKilledDisk(persist: string, known: string): KilledDisk {
  const hosts = filesOf(join(persist, "do/firstlight-CatalogueFeed")).flatMap(hostsIn);
  const bucket = filesOf(join(persist, "r2/miniflare-R2BucketObject"))
    .map((file) => new DatabaseSync(file, { readOnly: true }))
    .find((database) => {
      if (database.prepare("SELECT 1 FROM _mf_objects WHERE key = ?").get(known) !== undefined) return true;
      database.close();
      return false;
    });
  if (bucket === undefined) throw new Error(`no bucket below ${persist} has ${known}`);
  const below = bucket.prepare("SELECT 1 FROM _mf_objects WHERE key >= ? AND key < ? LIMIT 1");
  const all = bucket.prepare("SELECT key FROM _mf_objects WHERE key >= ? AND key < ? ORDER BY key");
  const blob = bucket.prepare("SELECT blob_id AS id FROM _mf_objects WHERE key = ?");
  const one = bucket.prepare("SELECT custom_metadata AS text FROM _mf_objects WHERE key = ?");
  return {
    hosts,
    has: (prefix) => below.get(prefix, `${prefix}\uffff`) !== undefined,
    keys: (prefix) => all.all(prefix, `${prefix}\uffff`).map(({ key }) => String(key)),
    text(key) {
      const row = blob.get(key);
      if (row === undefined) throw new Error(`the bucket has no ${key}`);
      return readFileSync(join(persist, "r2/firstlight-primary/blobs", String(row.id)), "utf8");
    },
    metadata(key) {
      const row = one.get(key);
      return row === undefined ? null : (JSON.parse(String(row.text)) as Record<string, string>);
    },
    close: () => bucket.close(),
  };
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite")
    .map((name) => join(folder, name));
}

function hostsIn(file: string): readonly HostRecord[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database
      .prepare("SELECT record FROM host")
      .all()
      .map(({ record }) => JSON.parse(String(record)) as HostRecord);
  } finally {
    database.close();
  }
}
