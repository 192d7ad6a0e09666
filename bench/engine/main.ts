/**
 * `npm run bench -- engine [--json FILE] [--corpus DIR] [--rounds N] [--each N]`
 *
 * The image engine in workerd against native sharp, photon and the jSquash pipeline. See bench/README.md.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Cell, table } from "../table.ts";
import { measureHostile } from "./hostile.ts";
import { measureMemory, measurePng } from "./memory.ts";
import { enginesOfCommonFormats, moduleSizes } from "./modules.ts";
import { measureQuality } from "./quality.ts";
import { collectSamples, type Sample } from "./samples.ts";
import { type Session, withSession } from "./session.ts";
import { measureSpeed, SIZE_CLASSES } from "./speed.ts";

/** Runs everything, prints the tables, and gives the figures. */
export async function run(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: { corpus: { type: "string" }, rounds: { type: "string" }, each: { type: "string" } },
  });
  return withSession(values.corpus, (session) =>
    measure(session, Number(values.rounds ?? 2), Number(values.each ?? 99)),
  );
}

async function measure({ photos, corpus, scratch, processes }: Session, rounds: number, each: number) {
  const all = await collectSamples(photos, scratch);
  const samples = SIZE_CLASSES.flatMap((size) => all.filter((sample) => sample.size === size).slice(0, each));
  printSamples(samples);
  const { ours, sharp, forget, workerd } = processes;
  const speed = await measureSpeed(processes, samples, rounds, say);
  const quality = await measureQuality(ours, samples);
  const largest = samples.reduce((a, b) => (b.megapixels > a.megapixels ? b : a));
  const memory = await measureMemory(ours, forget, largest.file, scratch);
  const png = await measurePng(ours, sharp, forget, largest.file, scratch);
  const hostileFolder = join(corpus, "hostile");
  const hostile = existsSync(hostileFolder) ? await measureHostile(ours, forget, hostileFolder) : null;
  const modules = moduleSizes(workerd.wasm, await enginesOfCommonFormats(processes, samples[0]?.file ?? "", corpus));
  say("");
  const lines = [
    ...speed.lines.map(({ label, medians, worst, target, pass, floorPass }) => [
      label,
      medians.map((value) => value.toFixed(2)).join(" / "),
      worst.toFixed(2),
      target,
      verdict(pass),
      floorPass === null ? "" : verdict(floorPass),
    ]),
    ...quality.map(({ side, median, worst, target }) => [
      `SSIM at ${side} px against libvips' full Lanczos-3`,
      median.toFixed(4),
      worst.toFixed(4),
      `at least ${target}`,
      verdict(median >= target),
      "",
    ]),
    ...memory.map(({ label, mb, limit, error }) => [
      `WASM memory, ${label}`,
      error ?? `${mb.toFixed(1)} MB`,
      "",
      `at most ${limit} MB`,
      verdict(mb <= limit),
      label.includes("24 MP baseline") ? verdict(mb <= 40) : "",
    ]),
    [
      `PNG ${png.megapixels.toFixed(1)} MP -> WebP 640: times sharp`,
      (png.ours / png.sharp).toFixed(2),
      `${png.ours.toFixed(0)} ms`,
      "at most 1.5",
      verdict(png.ours <= 1.5 * png.sharp),
      "",
    ],
    ["WASM memory, the same PNG", `${png.mb.toFixed(1)} MB`, "", "at most 48 MB", verdict(png.mb <= 48), ""],
    [
      "WASM for JPEG, PNG, WebP, GIF, gzip",
      `${modules.kb.toFixed(0)} KB`,
      "",
      "at most 110 KB",
      verdict(modules.kb <= 110),
      "",
    ],
    ...(hostile === null
      ? []
      : [
          [
            `hostile files (${hostile.files}): CPU, memory`,
            `${hostile.worstMs} ms, ${hostile.worstMb.toFixed(0)} MB`,
            hostile.slowest,
            "at most 200 ms, 64 MB",
            verdict(hostile.worstMs <= 200 && hostile.worstMb <= 64),
            "",
          ],
        ]),
  ] satisfies Cell[][];
  console.log(`\nmedians by class: ${SIZE_CLASSES.join(" / ")}\n`);
  console.log(table(["what", "median", "worst", "to reach", "", "floor"], lines));
  console.log("\nCPU milliseconds, and KB of the result (medians)\n");
  console.log(
    table(
      ["", ...SIZE_CLASSES, ...SIZE_CLASSES.map((size) => `KB ${size}`)],
      speed.absolute.map(({ name, ms, bytes }) => [
        name,
        ...ms.map((value) => value.toFixed(1)),
        ...bytes.map((value) => (value / 1000).toFixed(1)),
      ]),
    ),
  );
  return {
    speed,
    quality,
    memory,
    png,
    modules,
    hostile,
    samples: samples.map(({ name, size, made }) => ({ name, size, made })),
  };
}

function printSamples(samples: readonly Sample[]): void {
  for (const size of SIZE_CLASSES) {
    const of = samples.filter((sample) => sample.size === size);
    const made = of.filter((sample) => sample.made).length;
    const progressive = of.filter((sample) => sample.progressive).length;
    console.log(`${size}: ${of.length} photographs, ${progressive} progressive, ${made} scaled down from larger ones`);
  }
}

function verdict(pass: boolean): string {
  return pass ? "pass" : "MISS";
}

function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text.padEnd(70)}`);
}
