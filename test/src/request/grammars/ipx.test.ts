import { describe, expect, test } from "vitest";
import { readPath, refusalOf } from "../../../support/grammarRequests.ts";

const pathOf = (modifiers: string) => `/_ipx/${modifiers}/https://listed.test/a.jpg`;

test.each([
  ["_", { resize: "fit", width: 2048, height: 2048 }],
  ["w_320", { resize: "fit", width: 320, height: 0, enlarge: false }],
  ["height_320", { width: 0, height: 320 }],
  ["s_320x160", { resize: "fill-down", width: 320, height: 160, enlarge: false }],
  ["s:320x160", { resize: "fill-down" }],
  ["resize=320x160&f=webp", { resize: "fill-down", format: "webp" }],
  ["w_320&h_160&f_auto", { resize: "fill-down", width: 320, height: 160, format: "auto" }],
  ["s_320", { width: 320, height: 320 }],
  ["enlarge,s_320x160", { resize: "fill", enlarge: true }],
  ["s_320x160,fit_inside", { resize: "fit", enlarge: false }],
  ["s_320x160,fit_outside", { resize: "outside" }],
  ["s_320x160,fit_fill", { resize: "force", enlarge: false }],
  ["s_320x160,fit_contain", { resize: "fit-down", extend: { at: "ce" }, extendColour: [0, 0, 0] }],
  ["s_320x160,fit_contain,enlarge", { resize: "fit", enlarge: true, extendColour: [0, 0, 0] }],
  ["s_320x160,fit_contain,b_transparent,pos_right-top", { extend: { at: "noea" }, extendColour: null }],
  ["s_320x160,fit_contain,background_ff8000", { background: null, extendColour: [255, 128, 0] }],
  ["w_320,flatten", { background: [0, 0, 0] }],
  ["w_320,flatten,b_fff", { background: [255, 255, 255] }],
  ["w_320,b_fff", { background: null }],
  ["w_320,pos_top", { gravity: { at: "no" } }],
  ["w_320,position_northwest", { gravity: { at: "nowe" } }],
  ["w_320,pos_right%20top", { gravity: { at: "noea" } }],
  ["w_320,q_60,rotate_90,kernel_lanczos3", { quality: 60, rotate: 90 }],
])("%s", async (modifiers, expected) => {
  expect((await readPath(pathOf(modifiers))).transform).toMatchObject(expected);
});

describe("refused", () => {
  test.each([
    ["w_0", "option_invalid w"],
    ["w_320x160", "option_invalid w"],
    ["s_320x", "option_invalid s"],
    ["s_0x5", "option_invalid s"],
    ["s_99999x5", "option_invalid s"],
    ["w_320,fit_crop", "option_invalid fit"],
    ["w_320,pos_attention", "option_invalid pos"],
    ["w_320,f_avif", "option_invalid f"],
    ["w_320,f_gif", "option_invalid f"],
    ["w_320,enlarge_false", "option_invalid enlarge"],
    ["w_320,kernel_nearest", "option_invalid kernel"],
    ["w_320,rotate_45", "option_invalid rotate"],
    ["w_320,b_ff000080", "option_invalid b"],
    ["w_320,w_160", "option_invalid w"],
    ["w_320,width_160", "option_invalid width"],
    ["animated_no", "option_invalid animated"],
    ["blur_5", "option_unknown blur"],
    ["extract_1_2_3_4", "option_unknown extract"],
    ["extend_1_2_3_4", "option_unknown extend"],
    ["trim_10", "option_unknown trim"],
    ["flip", "option_unknown flip"],
    ["grayscale", "option_unknown grayscale"],
    ["constructor_1", "option_unknown constructor"],
    ["", "url_invalid"],
    ["%E4_1", "url_invalid"],
  ])("%s -> %s", async (modifiers, expected) => expect(await refusalOf(pathOf(modifiers))).toBe(expected));
  test.each(["/_ipx/", "/_ipx/w_320", "/_ipx/w_320/"])("%s", async (path) => {
    expect(await refusalOf(path)).toBe("url_invalid");
  });
});
