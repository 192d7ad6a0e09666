import { expect, test } from "vitest";
import { movedTo } from "../../../src/weather/pushedTo.ts";

const DEPLOYED = ["enam", "weur", "apac", "oc"];
const to = (region: string, colos: Record<string, string>, overrides = {}) =>
  movedTo(region, { deployed: DEPLOYED, overrides, map: { v: 1, version: 1, colos } });

test.each([
  ["none has moved", "weur", {}, null],
  ["one of its data centres has moved", "weur", { MAD: "enam" }, "enam"],
  ["one of another region has moved", "enam", { MAD: "enam" }, null],
  ["most decide", "weur", { MAD: "apac", LIS: "enam", LHR: "enam" }, "enam"],
  ["of as many the first by name", "weur", { MAD: "enam", LIS: "apac" }, "apac"],
  ["a region that is not deployed counts for nothing", "weur", { MAD: "eeur" }, null],
  ["a data centre that is in no table", "enam", { QQQ: "weur" }, null],
  ["a data centre of a hint that is served by another region", "weur", { FRA: "enam" }, "enam"],
])("%s", (_, region, colos, expected) => {
  expect(to(region, colos)).toBe(expected);
});

test("the operator's override goes before the map", () => {
  expect(to("weur", { MAD: "enam" }, { "colo:MAD": "weur" })).toBeNull();
  expect(to("weur", { MAD: "enam" }, { "colo:MAD": "oc" })).toBe("oc");
});
