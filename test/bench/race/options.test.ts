import { expect, test } from "vitest";
import { run } from "../../../bench/race/main.ts";

test.each([
  ["an unknown place", ["--places", "SIN,XXX"], /no place XXX; there are MAD/],
  ["an unknown arm", ["--arms", "a50,b"], /no arm b; there are floor, a50/],
  ["an unknown option", ["--fast"], /--fast/],
  ["no number of pairs", ["--pairs", "some"], /--pairs cannot be some: a whole number from 1 is needed/],
  ["no seed", ["--seed", "-1"], /--seed/],
])("%s is refused before anything starts", async (_, args, message) => {
  await expect(run(args)).rejects.toThrow(message);
});
