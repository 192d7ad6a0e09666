/** Compares the CPU time per thumbnail of the engines, by size class. */
import { median } from "../table.ts";
import { type Entry, type Runner, type Settings, timeInTurn } from "./runners.ts";
import type { Sample, SizeClass } from "./samples.ts";

export const SIZE_CLASSES = ["~1 MP", "4-6 MP", "9-22 MP"] as const satisfies SizeClass[];

const webp = (side: number): Settings => ({ format: "webp", side, quality: 75 });
const jpeg = (side: number): Settings => ({ format: "jpeg", side, quality: 80 });

type EngineOfEntry = "ours" | "libwebp" | "sharp" | "photon" | "jsquash";

/** What is timed: name -> engine and thumbnail. "libwebp" is our engine with libwebp's encoder, in the same process. */
const ENTRIES = {
  "ours, WebP": ["ours", webp(640)],
  "ours with libwebp m4": ["libwebp", webp(640)],
  "sharp, WebP m4": ["sharp", webp(640)],
  "photon, JPEG": ["photon", jpeg(640)],
  "jSquash, WebP m4": ["jsquash", webp(640)],
  "ours, JPEG": ["ours", jpeg(640)],
  "sharp, JPEG": ["sharp", jpeg(640)],
  "ours, 320 px": ["ours", webp(320)],
  "ours with libwebp, 320 px": ["libwebp", webp(320)],
  "sharp, 320 px": ["sharp", webp(320)],
  "ours, 200 px": ["ours", webp(200)],
  "sharp, 200 px": ["sharp", webp(200)],
} as const satisfies Record<string, readonly [EngineOfEntry, Settings]>;

type Name = keyof typeof ENTRIES;

/** One line of the result: `a` over `b`, the medians by class, and the target. */
type Comparison = {
  readonly label: string;
  readonly a: Name;
  readonly b: Name;
  /** "at most": the ratio is a share of the other's time. "at least": it is how many times faster. */
  readonly kind: "at most" | "at least";
  readonly target: readonly [number, number, number];
  /** An earlier, easier target, if there was one. */
  readonly floor?: readonly [number, number, number];
  /** No single file may be above this. */
  readonly worst?: number;
};

const COMPARISONS: readonly Comparison[] = [
  {
    label: "WebP 640: times sharp method 4",
    a: "ours, WebP",
    b: "sharp, WebP m4",
    kind: "at most",
    target: [0.45, 0.5, 0.6],
    floor: [1.25, 1.2, 1.1],
    worst: 0.8,
  },
  {
    label: "WebP 640 with libwebp, both method 4: times sharp",
    a: "ours with libwebp m4",
    b: "sharp, WebP m4",
    kind: "at most",
    target: [1.25, 1.2, 1.1],
    worst: 1.4,
  },
  { label: "JPEG 640 q80: times sharp", a: "ours, JPEG", b: "sharp, JPEG", kind: "at most", target: [1.3, 1.3, 1.3] },
  {
    label: "WebP 640 against photon JPEG: times faster",
    a: "photon, JPEG",
    b: "ours, WebP",
    kind: "at least",
    target: [2, 5.5, 10],
    floor: [1.5, 3.5, 5],
  },
  {
    label: "WebP 640 against jSquash: times faster",
    a: "jSquash, WebP m4",
    b: "ours, WebP",
    kind: "at least",
    target: [1, 1, 1],
  },
  {
    label: "WebP 320: times sharp method 4",
    a: "ours, 320 px",
    b: "sharp, 320 px",
    kind: "at most",
    target: [0.5, 0.55, 0.6],
    floor: [1.2, 1.2, 1.2],
  },
  {
    label: "WebP 320 with libwebp, both method 4: times sharp",
    a: "ours with libwebp, 320 px",
    b: "sharp, 320 px",
    kind: "at most",
    target: [1.2, 1.2, 1.2],
  },
  { label: "WebP 200: times sharp", a: "ours, 200 px", b: "sharp, 200 px", kind: "at most", target: [1.2, 1.2, 1.2] },
];

export type SpeedLine = {
  readonly label: string;
  readonly medians: readonly number[];
  readonly worst: number;
  readonly target: string;
  readonly pass: boolean;
  readonly floorPass: boolean | null;
};

export type SpeedResult = {
  readonly lines: readonly SpeedLine[];
  /** Median milliseconds and bytes of each entry, by class. */
  readonly absolute: readonly {
    readonly name: string;
    readonly ms: readonly number[];
    readonly bytes: readonly number[];
  }[];
  readonly files: readonly {
    readonly name: string;
    readonly size: SizeClass;
    readonly ms: Readonly<Record<string, number>>;
  }[];
};

type File = {
  readonly name: string;
  readonly size: SizeClass;
  readonly ms: Readonly<Record<string, number>>;
  readonly bytes: Readonly<Record<string, number>>;
};
type ByClass = (value: (file: File) => number) => number[];

/** Times every entry on every sample. Calls `say` with the progress. */
export async function measureSpeed(
  runners: Readonly<Record<EngineOfEntry, Runner>>,
  samples: readonly Sample[],
  rounds: number,
  say: (text: string) => void,
): Promise<SpeedResult> {
  const names = Object.keys(ENTRIES) as Name[];
  const entries: Entry[] = names.map((name) => ({ runner: runners[ENTRIES[name][0]], settings: ENTRIES[name][1] }));
  const files: File[] = [];
  for (const [i, { name, file, size }] of samples.entries()) {
    say(`${i + 1}/${samples.length} ${name}`);
    const timed = await timeInTurn(entries, file, rounds);
    const pick = (value: "ms" | "bytes") =>
      Object.fromEntries(names.map((entry, j) => [entry, timed[j]?.[value] ?? 0]));
    files.push({ name, size, ms: pick("ms"), bytes: pick("bytes") });
  }
  const byClass: ByClass = (value) =>
    SIZE_CLASSES.map((size) => median(files.filter((file) => file.size === size).map(value)));
  return {
    lines: COMPARISONS.map((comparison) => judge(comparison, files, byClass)),
    absolute: names.map((name) => ({
      name,
      ms: byClass(({ ms }) => ms[name] ?? 0),
      bytes: byClass(({ bytes }) => bytes[name] ?? 0),
    })),
    files: files.map(({ name, size, ms }) => ({ name, size, ms })),
  };
}

function judge(
  { label, a, b, kind, target, floor, worst }: Comparison,
  files: readonly File[],
  byClass: ByClass,
): SpeedLine {
  const ratio = (file: File) => (file.ms[a] ?? 0) / (file.ms[b] ?? 1);
  const medians = byClass(ratio);
  const all = files.map(ratio);
  const extreme = kind === "at most" ? Math.max(...all) : Math.min(...all);
  const meets = (limits: readonly number[]) =>
    medians.every(
      (value, i) => Number.isNaN(value) || (kind === "at most" ? value <= (limits[i] ?? 0) : value >= (limits[i] ?? 0)),
    );
  return {
    label,
    medians,
    worst: extreme,
    target: `${kind} ${target.join(" / ")}${worst === undefined ? "" : `, worst ${worst}`}`,
    pass: meets(target) && (worst === undefined || extreme <= worst),
    floorPass: floor === undefined ? null : meets(floor),
  };
}
