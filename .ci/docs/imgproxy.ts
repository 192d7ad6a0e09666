/** Every option that imgproxy has, and what it is here. The options are those of imgproxy's own URL builder. */
import { readFileSync } from "node:fs";
import { namedOptions } from "../../src/request/options/applyOption.ts";
import { REFUSED } from "../../src/request/options/refused.ts";
import { SECURITY_NAMES } from "../../src/request/options/security.ts";
import { WITHOUT_EFFECT } from "../../src/request/options/withoutEffect.ts";

const TYPES = "../../node_modules/@imgproxy/imgproxy-js-core/dist/imgproxy-js-core.d.ts";

type ImgproxyOption = { readonly name: string; readonly short: readonly string[] };

/** Options of imgproxy's documentation that its URL builder does not know. */
const NOT_IN_BUILDER: readonly ImgproxyOption[] = [{ name: "hashsum", short: ["hs"] }];

/** The processing options in the types of `@imgproxy/imgproxy-js-core`, in alphabetical order. */
export function imgproxyOptions(): readonly ImgproxyOption[] {
  const types = readFileSync(new URL(TYPES, import.meta.url), "utf8");
  const parts = (/export type Options = ([^;]+);/.exec(types)?.[1] ?? "").split(" & ");
  const options = parts.flatMap((part) => {
    const body = new RegExp(`export interface ${part} \\{([\\s\\S]*?)\\n\\}`).exec(types)?.[1] ?? "";
    const [name, ...short] = [...body.matchAll(/^\s*(\w+)\?:/gm)].map(([, word = ""]) => word);
    // The type has a place for options that the builder does not know. That is no option of imgproxy.
    return name === undefined || name === "wild_options" ? [] : [{ name, short }];
  });
  const known = options.map(({ name }) => name);
  const others = NOT_IN_BUILDER.filter(({ name }) => !known.includes(name));
  return [...options, ...others].sort((a, b) => a.name.localeCompare(b.name));
}

/** Option, short names, what it is here. Throws Error for an option that no table here has. */
export function imgproxyRows(): readonly (readonly [string, string, string])[] {
  return imgproxyOptions().map(({ name }) => [
    `\`${name}\``,
    shortNamesOf(name)
      .map((word) => `\`${word}\``)
      .join(" "),
    hereOf(name),
  ]);
}

/** The short names that are read here. The types of imgproxy's builder are wrong about some. */
export function shortNamesOf(name: string): readonly string[] {
  if (name === "preset") return ["pr"];
  const rows: Readonly<Record<string, { readonly short: readonly string[] }>> = { ...WITHOUT_EFFECT, ...REFUSED };
  return namedOptions().find((option) => option.name === name)?.short ?? rows[name]?.short ?? [];
}

/** What a taken option does not do here as it does at imgproxy. */
const LIMITS = {
  crop: "its gravity has no `obj` and `objw` (400)",
  gravity: "without `obj` and `objw` (400)",
  raw: "for JPEG, PNG and WebP; other sources are 400",
  strip_color_profile: "`0` keeps no profile together with a watermark",
  watermark: "without the position `ch` (400)",
} as const satisfies Readonly<Record<string, string>>;

/** Options of ours that imgproxy does not have. */
export function ownOptions(): readonly string[] {
  const theirs = imgproxyOptions().map(({ name }) => name);
  return namedOptions().flatMap(({ name }) => (theirs.includes(name) ? [] : [name]));
}

function hereOf(name: string): string {
  if (name === "preset") return "taken: the presets of `PRESETS`";
  if (SECURITY_NAMES.includes(name)) {
    return "taken where `ALLOW_SECURITY_OPTIONS` is true ([its arguments](url.md#options)), else refused (400). It only lowers the deployment's limit";
  }
  if (namedOptions().some((option) => option.name === name)) {
    const limit = Object.entries(LIMITS).find(([key]) => key === name)?.[1];
    return `taken ([its arguments](url.md#options))${limit === undefined ? "" : `; ${limit}`}`;
  }
  const same = Object.entries(WITHOUT_EFFECT).find(([key]) => key === name)?.[1];
  if (same !== undefined) return `only with the value ${same.limit}: ${same.doc}`;
  const refused = Object.entries(REFUSED).find(([key]) => key === name)?.[1].why;
  if (refused === undefined) throw new Error(`Say in .ci/docs/imgproxy.ts what imgproxy's option ${name} is here`);
  return `refused (400). ${refused}`;
}
