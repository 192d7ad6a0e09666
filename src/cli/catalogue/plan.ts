/** `npm run catalogue -- plan FILE …` reads a manifest once and prints what a run of it takes. */
import type { Command } from "./command.ts";

export const PLAN: Command = {
  usage: "Usage: npm run catalogue -- plan FILE",
  run: async () => {
    console.error("plan is not there yet");
    return 1;
  },
};
