/** Pictures as pages of several kinds embed them, for tests of what a browser chooses. */

export type LaidOut = { readonly srcset: string; readonly sizes?: string };

const LADDER = [160, 320, 640, 1024, 1600, 2048];
const SHORT_LADDER = LADDER.slice(0, 4);

const srcsetOf = (name: string, widths: readonly number[]): string =>
  widths.map((width) => `/${name}/${width} ${width}w`).join(", ");

const many = (count: number, make: (at: number) => LaidOut): readonly LaidOut[] =>
  Array.from({ length: count }, (_, at) => make(at));

/** Every address is of the form `/{picture}/{file}`, so a server's log says what was asked for which picture. */
export const PAGE_LAYOUTS = {
  "rows of one height": many(20, (at) => ({
    srcset: srcsetOf(`row${at}`, SHORT_LADDER),
    sizes: `(max-width: 40rem) 50vw, ${120 + at * 15}px`,
  })),
  "columns that become fewer": many(20, (at) => ({
    srcset: srcsetOf(`column${at}`, LADDER),
    sizes: "(max-width: 640px) 50vw, (max-width: 1024px) 33vw, 300px",
  })),
  "cards with gaps": many(8, (at) => ({
    srcset: srcsetOf(`card${at}`, LADDER),
    sizes: "(min-width: 75rem) calc((75rem - 4rem) / 3), (min-width: 40rem) calc(50vw - 2rem), calc(100vw - 2rem)",
  })),
  "faces of one size": many(8, (at) => ({ srcset: `/face${at}/1 1x, /face${at}/2 2x, /face${at}/3 3x` })),
  "a text's picture": many(2, (at) => ({
    srcset: srcsetOf(`text${at}`, LADDER),
    sizes: "(max-width: 720px) 100vw, 720px",
  })),
  "a picture as wide as the window": many(2, (at) => ({ srcset: srcsetOf(`wide${at}`, LADDER) })),
} as const satisfies Record<string, readonly LaidOut[]>;
