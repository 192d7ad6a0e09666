/** Options of an address, with the presets of the deployment in place of their names. */
import type { Config } from "../../config/config.ts";
import { Failure } from "../../errors.ts";
import { applyOption, DEFAULTS } from "./applyOption.ts";
import type { Options } from "./option.ts";
import { SECURITY_NAMES } from "./security.ts";

type Presets = Pick<Config, "presets">;
type Rules = Presets & Partial<Pick<Config, "allowSecurityOptions">>;

/** The preset that every address begins with, as in imgproxy. */
const ALWAYS = "default";
const NAMES: readonly string[] = ["preset", "pr"];

/**
 * Segments such as `w:320` and `pr:sharp` -> options. Throws Failure `option_unknown` or `option_invalid`, with the option's
 * name, for a preset that does not exist, too.
 */
export function readOptions(segments: readonly string[], { presets, allowSecurityOptions = false }: Rules): Options {
  const all = presets.some(({ name }) => name === ALWAYS) ? [`pr:${ALWAYS}`, ...segments] : segments;
  return all
    .flatMap((segment) => expanded(segment, presets, []))
    .reduce((before, one) => applyOption(before, allowSecurityOptions ? one : harmless(one)), DEFAULTS);
}

/** The segment, when it is no limit of imgproxy's. Throws Failure `option_invalid` when it is one. */
function harmless(segment: string): string {
  const [option = "", ...args] = segment.split(":");
  if (!SECURITY_NAMES.includes(option)) return segment;
  const limit = "ALLOW_SECURITY_OPTIONS is not true here";
  throw new Failure("option_invalid", { option, value: `"${args.join(":").slice(0, 80)}"`, limit });
}

/** The options that a segment stands for. `within`: the presets that it stands in. */
function expanded(segment: string, presets: Config["presets"], within: readonly string[]): readonly string[] {
  const [option = "", ...names] = segment.split(":");
  if (!NAMES.includes(option)) return [segment];
  return names.flatMap((name) => {
    const preset = presets.find((one) => one.name === name);
    if (preset === undefined || within.includes(name)) {
      const limit = preset === undefined ? "there is no such preset" : "it stands in itself";
      const shown = option === "preset" ? option : `preset (${option})`;
      throw new Failure("option_invalid", { option: shown, value: `"${name.slice(0, 80)}"`, limit });
    }
    return preset.options.flatMap((one) => expanded(one, presets, [...within, name]));
  });
}

/** What is wrong with presets, one text for each that cannot be read. */
export function presetProblems({ presets, allowSecurityOptions }: Required<Rules>): readonly string[] {
  const names = presets.map(({ name }) => name);
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  const broken = presets.flatMap(({ name }) => {
    try {
      const others = presets.filter((one) => one.name !== ALWAYS || one.name === name);
      readOptions([`pr:${name}`], { presets: others, allowSecurityOptions });
      return [];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const { option, value, limit, why = "" } = error.facts;
      const problem = limit === undefined ? `is not taken here${why}` : `${value} ${limit}`;
      return [`PRESETS: in "${name}" option ${option} ${problem}`];
    }
  });
  return [...twice.map((name) => `PRESETS: "${name}" is there twice`), ...broken];
}
