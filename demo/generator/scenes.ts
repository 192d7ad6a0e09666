/** The six kinds of picture. */
import type { Painter } from "./colour.ts";
import { city } from "./scenes/city.ts";
import { dunes } from "./scenes/dunes.ts";
import { meadow } from "./scenes/meadow.ts";
import { night } from "./scenes/night.ts";
import { ridges } from "./scenes/ridges.ts";
import { sea } from "./scenes/sea.ts";

export const SCENES = { ridges, sea, dunes, night, meadow, city } as const satisfies Record<string, Painter>;

export type SceneName = keyof typeof SCENES;
