/** Providers without a rule, and why. Their pictures are fetched from the stored address. */
import type { NoRule } from "../rule.ts";

const READ = { sure: 2, date: "2026-09" } as const;

export const NONE = {
  sketchfab: { ...READ, provider: "sketchfab", none: "only its API lists the sizes; use the catalogue's thumbnail" },
  justtakeitfree: { ...READ, provider: "justtakeitfree", none: "use the catalogue's thumbnail (preview_link)" },
  walters: { ...READ, provider: "walters", none: "retired provider; its stored addresses are all there is" },
  commoncrawl_small: {
    ...READ,
    provider: "commoncrawl",
    none: "svgsilh, animaldiversity and others: no sizes are known",
  },
  ccmixter_jamendo_freesound: { ...READ, provider: "audio", none: "covers of audio, not in the table of images" },
} as const satisfies Record<string, NoRule>;
