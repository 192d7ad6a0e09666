/** Damaged profiles: none throws, none takes long, alpha stays. FIRSTLIGHT_LONG=1 takes 50 000. */
import { expect, test } from "vitest";
import { readProfile } from "../../../../../src/image/colour/icc/profile.ts";
import { inksToRgba } from "../../../../../src/image/colour/inks.ts";
import { toSrgb } from "../../../../../src/image/colour/srgb.ts";
import { MUTATIONS } from "../../formats/damage/mutations.ts";
import { seeded } from "../../formats/jpeg/decoder/random.ts";
import { lutAToBTag, lutTag, profileFile, type Shape } from "./profileFile.ts";
import { xybProfile } from "./xyb.ts";

const FILES = process.env.FIRSTLIGHT_LONG === "1" ? 50_000 : 140;
/** Of CPU time, for the largest table that is read. */
const MOST_MS = 500;

const shape = (inputs: number, points: number): Shape => ({
  ...{ inputs, points, before: (x) => x ** 0.7, after: (x) => 0.1 + 0.8 * x },
  grid: ([a = 0, b = 0, c = 0]) => [a, b, c],
});
const stage = { matrix: [0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5, 0, 0, 0], gamma: 1.5 };
const GOOD: readonly Uint8Array[] = [
  xybProfile(),
  profileFile("RGB ", "Lab ", 2, { A2B0: lutTag(shape(3, 5), 1) }),
  profileFile("RGB ", "Lab ", 2, { A2B0: lutTag(shape(3, 5), 2, 17) }),
  profileFile("RGB ", "XYZ ", 4, { A2B0: lutAToBTag(shape(3, 4), 2, stage) }),
  profileFile("GRAY", "Lab ", 4, { A2B0: lutTag(shape(1, 9), 2, 9) }),
  profileFile("CMYK", "Lab ", 4, { A2B0: lutAToBTag(shape(4, 3), 1, null) }),
];
/** The header and the table of tags, and the first fields of the only table. */
const HEAD = { from: 8, end: 132 + 24 + 20 + 64 };

const SHORTER: readonly string[] = ["cut short", "a part missing"];
const pixels = () => Uint8Array.from([0, 0, 0, 7, 255, 255, 255, 7, 1, 128, 254, 7, 90, 20, 200, 7]);
const isAlpha = (_: number, i: number) => i % 4 === 3;

test.each(Object.entries(MUTATIONS))("%s", { timeout: 900_000 }, (name, mutate) => {
  const random = seeded(Object.keys(MUTATIONS).indexOf(name));
  const counts = { read: 0, refused: 0 };
  for (let i = 0; i < FILES / Object.keys(MUTATIONS).length; i++) {
    const damaged = mutate(random.pick(GOOD), random, HEAD);
    const started = process.cpuUsage();
    const profile = readProfile(damaged);
    const convert = profile === null ? null : toSrgb(profile);
    const data = pixels();
    convert?.(data);
    expect([...data].filter(isAlpha)).toEqual([7, 7, 7, 7]);
    inksToRgba(data, false, damaged);
    expect([...data].filter(isAlpha)).toEqual([255, 255, 255, 255]);
    const { user } = process.cpuUsage(started);
    expect(user / 1000, Buffer.from(damaged).toString("hex")).toBeLessThan(MOST_MS);
    counts[profile === null ? "refused" : "read"]++;
  }
  if (FILES > 1000) console.log(name, counts);
  // A profile that is shorter than its table of tags says has no table.
  if (!SHORTER.includes(name)) expect(counts.read).toBeGreaterThan(0);
});
