/** URLs of every grammar, most of them sensible, many of them damaged: what a client, a zone or an attacker may send. */
import { createHmac } from "node:crypto";
import type { choices } from "./seeded.ts";

type Choices = ReturnType<typeof choices>;

export const FUZZ_KEY = "736563726574";
export const FUZZ_SALT = "68656c6c6f";

const SOURCES = [
  "https://listed.test/a.jpg",
  "http://listed.test/a%20b.jpg?x=1&y=2",
  "HTTPS://LISTED.test:443/ä+b.jpg#f",
  "https://listed.test/a.jpg?url=x&w=1",
] as const;
const ODD_SOURCES = [
  "https:/listed.test/a.jpg",
  "listed.test/a.jpg",
  "//listed.test/a.jpg",
  "ssl:listed.test/a.jpg",
  "https://user:pass@listed.test/a.jpg",
  "https://img.firstlight.test/?url=listed.test/a.jpg",
  "http://127.0.0.1/a.jpg",
  "http://[::1]:80/",
  "ftp://listed.test/a.jpg",
  "data:image/png;base64,AAAA",
  "javascript:alert(1)",
  "https://",
  "https://listed.test/%E4%00.jpg",
  "/photos/a.jpg",
  "\u{1f600}",
  "",
] as const;

const SIDES = ["1", "160", "320", "333", "640", "2048", "4000", "65535"];
const SHARES = ["0", "0.5", "0.333333", "0.9999999", "1"];
const COLOURS = ["fff", "ff8000", "red", "%23abc", "rgb%281%2C2%2C3%29", "transparent"];
const QUALITIES = ["1", "60", "75", "100"];
const TURNS = ["90", "180", "-90"];
const ODD = [
  ...["", "0", "-1", "65536", "1e3", "0.5", "NaN", "17.5", "true", "auto", "json", "gif", "constructor", "__proto__"],
  ...["a_b", "%", "face", "entropy", "rgb(1,2,3)", "80ffffff", "320x160", "no:5:0.5", "fp:0.5:0.25", "9:9:9:9:9:9"],
];

/** Names of a grammar with values that it takes. */
type Vocabulary = Readonly<Record<string, readonly string[]>>;

const CLOUDFLARE: Vocabulary = {
  ...{
    width: SIDES,
    w: SIDES,
    height: SIDES,
    h: SIDES,
    dpr: ["1", "2", "1.5"],
    quality: ["high", "low"],
    q: QUALITIES,
  },
  fit: ["scale-down", "contain", "cover", "crop", "aspect-crop", "pad", "squeeze"],
  ...{ gravity: ["left", "top", "0.25x0.75", "0x1"], g: ["right", "bottom"] },
  ...{ format: ["auto", "webp", "avif"], f: ["jpeg", "baseline-jpeg", "png"], background: COLOURS, rotate: TURNS },
  ...{ metadata: ["none", "copyright"], anim: ["false"], sharpen: ["0"] },
};
const IPX: Vocabulary = {
  ...{ w: SIDES, h: SIDES, width: SIDES, s: ["320x160", "320", "9x9", "1x4000"], resize: ["333x222"] },
  fit: ["cover", "contain", "fill", "inside", "outside"],
  ...{ pos: ["top", "right-top", "northwest"], b: COLOURS.slice(0, 3), enlarge: ["", "1"], flatten: [""] },
  ...{ q: QUALITIES, f: ["auto", "webp", "jpg", "png"], rotate: TURNS, kernel: ["lanczos3"] },
};
const WSRV: Vocabulary = {
  ...{ w: SIDES, h: SIDES, dpr: ["1", "2"], fit: ["inside", "outside", "cover", "fill", "contain"] },
  ...{ a: ["center", "top", "bottom-left", "focal"], fpx: SHARES, fpy: SHARES, we: ["", "1", "0"] },
  ...{ bg: ["black", "fff", "ffff8000"], cbg: ["red", "00ffffff"], ro: TURNS, output: ["jpg", "png", "webp"] },
  ...{ q: QUALITIES, maxage: ["31d", "2y"], il: [""], l: ["9"], n: ["1"], filename: ["photo", "a%2Fb"], v: ["3"] },
};
const NEXT: Vocabulary = { q: QUALITIES, dpl: ["dpl_1"] };
const PHOTON: Vocabulary = {
  ...{
    w: SIDES,
    h: SIDES,
    fit: ["320,160"],
    resize: ["320,160", "1,4000"],
    crop: ["12,25,60,60", "160px,25,1400px,100"],
  },
  ...{ quality: QUALITIES, zoom: ["2", "0.1"], ssl: ["1", "true"], q: ["x%3D1"], strip: ["all"] },
};
const IMGPROXY: Vocabulary = {
  ...{ w: SIDES, h: SIDES, rs: ["fill:320:160:1:1", "fit:9:9", "auto:0:5"], s: ["320:160", "::1:1"] },
  rt: ["fit", "fill", "fill-down", "force", "auto", "outside", "fit-down"],
  ...{ dpr: ["2", "0.1", "1.333333"], el: ["1", "f"], g: ["no", "soea:5:0.5", "fp:0:0", "fp:0.5:0.25", "sm"] },
  ...{ c: ["0.5:0.25", "10:20:nowe:1:2", "0:0", "0.5:1:fp:0:0"], ex: ["1", "0", "1:no:5:5", "1:fp:0:0"] },
  ...{ bg: ["fff", "1:2:3", ""], exbg: ["f00", ""], q: QUALITIES, f: ["webp", "jpg"], ar: ["0"], rot: TURNS },
  ...{ cb: ["v2", "v%2F2:x"], kcr: ["1", "0"], exar: ["1", "0", "1:no:5:5"], t: ["10", "0.5:fff:1:0"] },
  ...{ bl: ["0", "2.5", "1000"], sh: ["0.7", "10"], pix: ["1", "8", "65535"] },
};

/** A URL's path and query, and the one that was signed when this one is a change of it. */
export type Fuzzed = { readonly path: string; readonly signed: string | null };

export function fuzzedUrl(from: Choices): Fuzzed {
  const { chance, pick } = from;
  const make = pick([cloudflare, next, ipx, wsrv, photon, imgproxy, signed]);
  const path = make(from);
  const isSigned = make === signed;
  return { path: chance(0.3) ? damaged(path, from) : path, signed: isSigned ? path : null };
}

/** Up to four names with values, nearly all of which fit them. A name stands once, save by damage. */
function pairs(vocabulary: Vocabulary, join: string, { pick, below, chance }: Choices): string[] {
  const names = new Set(Array.from({ length: below(5) }, () => pick(Object.keys(vocabulary))));
  return [...names].map((name) => `${name}${join}${pick((!chance(0.06) && vocabulary[name]) || ODD)}`);
}

function plainSource({ pick, chance }: Choices): string {
  return chance(0.15) ? pick(ODD_SOURCES) : pick(SOURCES);
}

function escapedSource(from: Choices): string {
  let source = plainSource(from);
  for (let times = from.pick([0, 1, 1, 1, 2]); times > 0; times--) source = encodeURIComponent(source);
  return source;
}

function cloudflare(from: Choices): string {
  const options = ["q=70", ...pairs(CLOUDFLARE, "=", from).filter((pair) => !/^q/.test(pair))];
  return `/image/${options.join(",")}/${escapedSource(from)}`;
}

function ipx(from: Choices): string {
  const modifiers = pairs(IPX, from.pick(["_", "_", ":", "="]), from).join(from.pick([",", "&"]));
  return `/_ipx/${modifiers || "_"}/${escapedSource(from)}`;
}

function next(from: Choices): string {
  return `/_next/image?${[`url=${escapedSource(from)}`, "w=640", ...pairs(NEXT, "=", from)].join("&")}`;
}

function wsrv(from: Choices): string {
  const fallback = from.chance(0.2) ? [`default=${escapedSource(from)}`] : [];
  return `/?${[`url=${escapedSource(from)}`, ...fallback, ...pairs(WSRV, "=", from)].join("&")}`;
}

function photon(from: Choices): string {
  return `/photon/${from.pick(["listed.test", "other.test", "listed.test%3A8080"])}/a.jpg?${pairs(PHOTON, "=", from).join("&")}`;
}

function imgproxyPath(from: Choices): string {
  const { chance } = from;
  const source = plainSource(from);
  const end = chance(0.5) ? `plain/${encodeURIComponent(source)}` : Buffer.from(source).toString("base64url");
  return ["", ...pairs(IMGPROXY, ":", from), end].join("/");
}

function imgproxy(from: Choices): string {
  return `/${from.pick(["unsafe", "_", "insecure", "nothing"])}${imgproxyPath(from)}`;
}

function signed(from: Choices): string {
  // What a URL object makes of it is what arrives.
  const path = new URL(`https://x${imgproxyPath(from)}`).pathname;
  const hmac = createHmac("sha256", Buffer.from(FUZZ_KEY, "hex")).update(Buffer.from(FUZZ_SALT, "hex")).update(path);
  return `/${hmac.digest("base64url")}${path}`;
}

const MARKS = [
  "/",
  "//",
  "%",
  "%2F",
  "%3F",
  "?",
  "&",
  "=",
  ",",
  "_",
  ":",
  "@",
  "+",
  "..",
  "\u{e4}",
  "\0",
  "%00",
  " ",
  "[",
];

/** One or two small changes: a mark put in, a character gone or doubled, a part repeated, a zone's merging of slashes. */
function damaged(path: string, { pick, below, chance }: Choices): string {
  const at = 1 + below(path.length);
  const changes = [
    () => path.slice(0, at) + pick(MARKS) + path.slice(at),
    () => path.slice(0, at) + path.slice(at + 1),
    () => path.slice(0, at) + path.slice(at - 1),
    () => path.slice(0, at),
    () => path + path.slice(at),
    () => `${path}${path.includes("?") ? "&" : "?"}${path.slice(at)}`,
    () => path.replace(/\/{2,}/g, "/"),
    () => path.replaceAll("%", "%25"),
    () => path.toUpperCase(),
    () => path.replace(/^\/[^/]*/, pick(["/image", "/_ipx", "/_next/image", "/photon", "", "/unsafe"])),
  ];
  const once = pick(changes)();
  return chance(0.2) ? once.slice(0, 1 + below(once.length + 1)) + pick(MARKS) : once;
}
