/**
 * Miniflare, told which authorities workerd trusts. It reads `NODE_EXTRA_CA_CERTS` once, when it is loaded, and has no
 * option for it; so whoever brings an authority of their own gets a copy that is loaded for it.
 */
import { createRequire } from "node:module";
import * as miniflare from "miniflare";

type Miniflare = typeof miniflare;

const load = createRequire(import.meta.url);
const byAuthority = new Map<string, Miniflare>();

/** `caFile`: PEM file trusted instead of `NODE_EXTRA_CA_CERTS`; undefined: what the environment says. */
export function miniflareTrusting(caFile: string | undefined): Miniflare {
  if (caFile === undefined) return miniflare;
  const known = byAuthority.get(caFile);
  if (known !== undefined) return known;
  const path = load.resolve("miniflare");
  const before = process.env.NODE_EXTRA_CA_CERTS;
  const cached = load.cache[path];
  try {
    process.env.NODE_EXTRA_CA_CERTS = caFile;
    delete load.cache[path];
    const loaded = load(path) as Miniflare;
    byAuthority.set(caFile, loaded);
    return loaded;
  } finally {
    if (before === undefined) delete process.env.NODE_EXTRA_CA_CERTS;
    else process.env.NODE_EXTRA_CA_CERTS = before;
    if (cached === undefined) delete load.cache[path];
    else load.cache[path] = cached;
  }
}
