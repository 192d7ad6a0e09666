/**
 * The configuration that is deployed: `wrangler.toml` of the checkout, with the operator's `deployment.json` over it and
 * with the ids of the account in it. Bindings of other kinds (Durable Objects, migrations, limits) pass as they are. Pure.
 */
import { basename } from "node:path";
import { bucketBinding, isLocationHint } from "../../coordinate/regions.ts";
import type { Deployment } from "./deployment.ts";

type Bucket = { readonly binding: string; readonly bucket_name: string };
type Namespace = { readonly binding: string; readonly id?: string };
type Database = { readonly binding: string; readonly database_name: string; readonly database_id?: string };
type QueueUse = { readonly queue: string; readonly dead_letter_queue?: string };

/** `wrangler.toml` as wrangler parses it; only the parts that are read here have a type. */
export type RawConfig = {
  readonly name: string;
  readonly main: string;
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly r2_buckets?: readonly Bucket[];
  readonly kv_namespaces?: readonly Namespace[];
  readonly d1_databases?: readonly Database[];
  readonly queues?: { readonly producers?: readonly QueueUse[]; readonly consumers?: readonly QueueUse[] };
  readonly [other: string]: unknown;
};

/** What must exist before the Worker can be deployed. */
export type Resources = {
  readonly buckets: readonly { readonly name: string; readonly location: string }[];
  /** Titles of the KV namespaces whose id the configuration does not have. */
  readonly namespaces: readonly string[];
  readonly databases: readonly string[];
  readonly queues: readonly string[];
};

/** Title or name -> id. */
export type Ids = { readonly namespaces: ReadonlyMap<string, string>; readonly databases: ReadonlyMap<string, string> };

const PRIMARY = "R2_PRIMARY";
const REGION_BINDING = /^R2_([A-Z]+)$/;

/** Where the generated configuration of a deployment is, from the top of the checkout. `file`: the deployment's own. */
export function generatedPath(file: string): string {
  return `.firstlight/${basename(file, ".json")}.wrangler.json`;
}

/** The configuration without ids: regions, bucket names, variables and domain are those of the deployment. */
export function withDeployment(raw: RawConfig, deployment: Deployment): RawConfig {
  const { domain, regions, vars, buckets } = deployment;
  const bound = raw.r2_buckets ?? [];
  const isDropped = ({ binding }: Bucket) => regionOf(binding) !== null && !regions.includes(regionOf(binding) ?? "");
  const added = regions
    .filter((region) => !bound.some(({ binding }) => binding === bucketBinding(region)))
    .map((region) => ({ binding: bucketBinding(region), bucket_name: `${raw.name}-${region}` }));
  return {
    ...raw,
    // The generated file is one folder below the top.
    main: `../${raw.main}`,
    vars: { ...raw.vars, ...vars, REGIONS: regions.join(",") },
    routes: [{ pattern: domain, custom_domain: true }],
    r2_buckets: [...bound.filter((bucket) => !isDropped(bucket)), ...added].map((bucket) => ({
      ...bucket,
      bucket_name: buckets[bucket.binding] ?? bucket.bucket_name,
    })),
  };
}

/** What a configuration binds. Buckets of a region have its place, all others that of the first region. */
export function resourcesOf(config: RawConfig, { regions: [first = "enam"] }: Deployment): Resources {
  const { r2_buckets = [], kv_namespaces = [], d1_databases = [], queues } = config;
  const uses = [...(queues?.producers ?? []), ...(queues?.consumers ?? [])];
  const names = uses.flatMap(({ queue, dead_letter_queue: dead }) => [queue, ...(dead === undefined ? [] : [dead])]);
  return {
    buckets: r2_buckets.map(({ binding, bucket_name: name }) => ({ name, location: regionOf(binding) ?? first })),
    namespaces: kv_namespaces.filter(({ id }) => id === undefined).map((one) => titleOf(config, one)),
    databases: d1_databases.filter(({ database_id: id }) => id === undefined).map(({ database_name: name }) => name),
    queues: [...new Set(names)],
  };
}

/** The configuration with the ids of the account. Throws Error when one is missing. */
export function withIds(config: RawConfig, { namespaces, databases }: Ids): RawConfig {
  const { kv_namespaces = [], d1_databases = [] } = config;
  const idOf = (ids: ReadonlyMap<string, string>, name: string) => {
    const id = ids.get(name);
    if (id === undefined) throw new Error(`The account has no id for ${name}`);
    return id;
  };
  return {
    ...config,
    kv_namespaces: kv_namespaces.map((one) => ({ ...one, id: one.id ?? idOf(namespaces, titleOf(config, one)) })),
    ...(d1_databases.length === 0
      ? {}
      : {
          d1_databases: d1_databases.map((one) => ({
            ...one,
            database_id: one.database_id ?? idOf(databases, one.database_name),
          })),
        }),
  };
}

function titleOf({ name }: RawConfig, { binding }: Namespace): string {
  return `${name}-${binding}`;
}

/** The region of a bucket's binding; null for buckets that belong to none, such as the primary. */
function regionOf(binding: string): string | null {
  const region = REGION_BINDING.exec(binding)?.[1]?.toLowerCase() ?? "";
  return binding !== PRIMARY && isLocationHint(region) ? region : null;
}
