/** Rules that are data: a path pattern, a template of the rewritten address, and a list of sizes. */
import type { FormatName } from "../../image/formats/registry.ts";
import { ANY_SIZES, type Bound, type Found, type Measure, type Missing, type Rendition, type Rule } from "./rule.ts";

/** One size of a provider. `token` is its text in addresses: `_z`, `web-large`. */
export type OwnSize = {
  readonly token: string;
  readonly pixels: number;
  /** Differs from the measure of the rule. */
  readonly measure?: Measure;
  readonly missing?: Missing;
  /** The pixels are measured or guessed. */
  readonly about?: true;
  readonly crops?: true;
};

export type Template = {
  /** Matches the whole of path and query. Group `s` or `t` is the source's own size: a token, or pixels where any size goes. */
  readonly path: RegExp;
  /** `{name}` is the group `name` of `path`, or `{host}`, or `{s}` the token of a size. */
  readonly address: string;
  readonly sizes: readonly OwnSize[] | "any";
  readonly measure: Measure;
  readonly format: FormatName | null;
  /** Stored addresses may be thumbnails, and the provider has the picture larger. */
  readonly upward?: true;
};

const ANY: readonly OwnSize[] = ANY_SIZES.map((pixels) => ({ token: String(pixels), pixels, missing: "never" }));

/** Template -> the `find` of a rule. */
export function fromTemplate(template: Template): Rule["find"] {
  const sizes = template.sizes === "any" ? ANY : template.sizes;
  return (source) => {
    const groups = template.path.exec(source.pathname + source.search)?.groups;
    if (groups === undefined) return null;
    const own = ownSize(groups.s ?? groups.t, template);
    const found: Found = {
      renditions: sizes.map((size) => renditionOf(size, template, source, groups)),
      own: own === null || template.upward === true ? null : boundOf(own, template),
      ownCrops: own?.crops === true,
      size: null,
      original: source.href,
      format: template.format,
      vector: false,
      decodable: true,
      refused: false,
    };
    return found;
  };
}

function ownSize(token: string | undefined, { sizes }: Template): OwnSize | null {
  if (sizes !== "any") return sizes.find((size) => size.token === (token ?? "")) ?? null;
  const pixels = Number(token);
  return token !== undefined && pixels > 0 ? { token, pixels } : null;
}

function boundOf({ pixels, measure, about }: OwnSize, template: Template): Bound {
  return { measure: measure ?? template.measure, pixels, exact: about !== true };
}

function renditionOf(
  size: OwnSize,
  template: Template,
  source: URL,
  groups: Readonly<Record<string, string | undefined>>,
): Rendition {
  const values: Readonly<Record<string, string | undefined>> = { ...groups, host: source.hostname, s: size.token };
  return {
    name: nameOf(size),
    urls: [template.address.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "")],
    bound: boundOf(size, template),
    missing: size.missing ?? "larger",
    crops: size.crops === true,
  };
}

/** The token in the characters of a variant's name. The size without a token is called by its pixels. */
function nameOf({ token, pixels }: OwnSize): string {
  const name = token
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return name === "" ? String(pixels) : name;
}
