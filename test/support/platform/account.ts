/** What the stand-in of the platform keeps: one account. Pure data. */

export type Rule = { readonly id: string; readonly conditions: { readonly prefix: string } };
export type Bucket = {
  readonly name: string;
  /** In capitals, as the API writes it. */
  readonly location: string;
  readonly creation_date: string;
  readonly storage_class: string;
  rules: readonly Rule[];
  isEmpty?: boolean;
};
export type Namespace = { readonly id: string; readonly title: string; readonly values: Map<string, string> };
/** `consumer` is the name of the Worker that consumes it. */
export type Queue = { readonly id: string; readonly name: string; consumer: string | null };
export type Binding = {
  readonly name: string;
  readonly type: string;
  readonly text?: string;
  readonly bucket_name?: string;
};
export type Script = {
  readonly secrets: Map<string, string>;
  /** What the last upload said of it. */
  metadata: {
    readonly bindings?: readonly Binding[];
    readonly migrations?: unknown;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  /** Oldest first. */
  readonly versions: { readonly id: string; readonly annotations: Readonly<Record<string, string>> }[];
};

export type Account = {
  readonly buckets: Map<string, Bucket>;
  /** A bucket's name keeps its first place, also when the bucket is deleted and made again. */
  readonly places: Map<string, string>;
  readonly namespaces: Map<string, Namespace>;
  readonly queues: Map<string, Queue>;
  readonly scripts: Map<string, Script>;
  /** Host name -> Worker. */
  readonly domains: Map<string, string>;
  /** Rises with every id that is given. */
  ids: number;
};

export function emptyAccount(): Account {
  return {
    ...{ buckets: new Map(), places: new Map(), namespaces: new Map(), queues: new Map() },
    ...{ scripts: new Map(), domains: new Map(), ids: 0 },
  };
}

/** By this, two accounts are compared: all but the ids, the values of secrets and the number of versions. */
export function contentsOf(account: Account): unknown {
  const { buckets, namespaces, queues, scripts, domains } = account;
  const byName = <T extends { readonly name: string }>(list: readonly T[]) =>
    [...list].sort((a, b) => a.name.localeCompare(b.name));
  return {
    buckets: byName([...buckets.values()]),
    namespaces: [...namespaces.values()].map(({ title }) => title),
    queues: byName([...queues.values()].map(({ name, consumer }) => ({ name, consumer }))),
    scripts: byName(
      [...scripts].map(([name, { secrets, metadata }]) => ({
        ...{ name, secrets: [...secrets.keys()].sort() },
        bindings: metadata.bindings?.map(({ name }) => name),
        migrations: metadata.migrations,
      })),
    ),
    domains: [...domains],
  };
}
