import { describe, expect, test } from "vitest";
import { readPath, refusalOf } from "../../../support/grammarRequests.ts";

const asked = async (options: string) => (await readPath(`/image/${options}/https://listed.test/a.jpg`)).transform;
const refused = (options: string) => refusalOf(`/image/${options}/https://listed.test/a.jpg`);

describe("options", () => {
  test.each([
    ["w=320,h=160", { resize: "fit", enlarge: false, width: 320, height: 160 }],
    ["width=320,height=160,fit=scale-down", { resize: "fit", enlarge: false }],
    ["w=320,h=160,fit=contain", { resize: "fit", enlarge: true, extend: null }],
    ["w=320,h=160,fit=cover", { resize: "fill", enlarge: true }],
    ["w=320,h=160,fit=crop", { resize: "fill", enlarge: false }],
    ["w=320,h=160,fit=aspect-crop", { resize: "fill-down" }],
    ["w=320,h=160,fit=squeeze", { resize: "force", enlarge: true }],
    ["w=320,h=160,fit=pad", { resize: "fit", enlarge: true, extend: { at: "ce" }, extendColour: [255, 255, 255] }],
    ["w=320,h=160,fit=pad,background=%23ff8000", { background: [255, 128, 0], extendColour: null }],
    ["w=320,background=rgb%28240%2C40%2C145%29", { background: [240, 40, 145] }],
    ["w=320,background=rgb(240%2040%20145)", { background: [240, 40, 145] }],
    ["w=320,background=rgba(0,0,0,0)".replaceAll("(0,0,0,0)", "%280%2C0%2C0%2C0%29"), { background: null }],
    ["w=320,background=RebeccaPurple", { background: [102, 51, 153] }],
    ["w=320,g=left", { gravity: { kind: "compass", at: "we" } }],
    ["w=320,gravity=0x1", { gravity: { kind: "focus", x: 0, y: 1 } }],
    ["w=320,gravity=0.5x.33", { gravity: { kind: "focus", x: 0.5, y: 0.33 } }],
    ["w=320,q=high", { quality: 80 }],
    ["w=320,q=low", { quality: 60 }],
    ["w=320,quality=55", { quality: 60 }],
    ["w=320,f=auto", { format: "auto" }],
    ["w=320,format=baseline-jpeg", { format: "jpeg" }],
    ["w=320,format=avif", { format: "webp" }],
    ["w=320,rotate=270", { rotate: 270 }],
    ["w=320,metadata=none", { keepCopyright: "none" }],
    ["w=320,metadata=copyright", { keepCopyright: "fetched" }],
    ["w%3D320,h%3D160", { width: 320, height: 160 }],
    ["w%3D320%2Ch%3D160", { width: 320, height: 160 }],
    ["w=320,,", { width: 320 }],
    ["w=320,anim=false,compression=fast,upscale=interpolate,sharpen=0,blur=0,contrast=1,gamma=0", { width: 320 }],
  ])("%s", async (options, expected) => expect(await asked(options)).toMatchObject(expected));

  test.each([
    ["w=320,onerror=redirect", "option_unknown onerror"],
    ["w=320,f=gif", "option_invalid f"],
    ["w=automatic", "option_invalid w"],
    ["w=0", "option_invalid w"],
    ["w=65536", "option_invalid w"],
    ["w=320,fit=scale-up", "option_invalid fit"],
    ["w=320,fit=constructor", "option_invalid fit"],
    ["w=320,g=auto", "option_invalid g"],
    ["w=320,gravity=face", "option_invalid gravity"],
    ["w=320,gravity=1.5x0", "option_invalid gravity"],
    ["w=320,gravity=0.5X0.5", "option_invalid gravity"],
    ["w=320,q=0", "option_invalid q"],
    ["w=320,q=best", "option_invalid q"],
    ["w=320,background=rgba%280%2C0%2C0%2C0.5%29", "option_invalid background"],
    ["w=320,background=%23ff800080", "option_invalid background"],
    ["w=320,background=rgb(1,2,3)", "option_invalid background"],
    ["w=320,rotate=45", "option_invalid rotate"],
    ["w=320,metadata=keep", "option_invalid metadata"],
    ["w=320,anim=no", "option_invalid anim"],
    ["w=320,sharpen=2", "option_invalid sharpen"],
    ["w=320,blur=20", "option_invalid blur"],
    ["w=320,upscale=generate", "option_invalid upscale"],
    ["w=320,trim=20;30;20;0", "option_unknown trim"],
    ["w=320,trim.left=5", "option_unknown trim.left"],
    ["w=320,flip=h", "option_unknown flip"],
    ["w=320,scq=50", "option_unknown scq"],
    ["w=320,segment=foreground", "option_unknown segment"],
    ["w=320,width=160", "option_invalid width"],
    ["w=320,__proto__=1", "option_unknown __proto__"],
    ["w=320,%E4=1", "url_invalid"],
    [",", "url_invalid"],
    ["", "url_invalid"],
  ])("%s -> %s", async (options, expected) => expect(await refused(options)).toBe(expected));

  test.each(["/image/w=320", "/image/", "/image/w=320/"])("%s is no address", async (path) => {
    expect(await refusalOf(path)).toBe("url_invalid");
  });
});

test("format=json asks for facts of the picture that the other options make", async () => {
  const json = await readPath("/image/w=320,h=160,fit=pad,format=json/https://listed.test/a.jpg");
  const picture = await readPath("/image/w=320,h=160,fit=pad/https://listed.test/a.jpg");
  expect(json).toEqual({ ...picture, info: "cloudflare" });
});
