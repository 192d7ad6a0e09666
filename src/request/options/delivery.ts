/** Options that leave the picture as it is: how the answer is delivered and cached. */
import { FLAG, readFilename, whole } from "./arguments.ts";
import { type Rows, same, single } from "./option.ts";

export const DELIVERY = {
  expires: {
    name: "expires",
    short: ["exp"],
    ...single("unix_seconds", whole(0, 99_999_999_999), (at) => (at === 0 ? null : at)),
    doc: "Answers 410 from then on; 0 = never",
    fallback: null,
    effect: "delivery",
  },
  cachebuster: {
    name: "cachebuster",
    short: ["cb"],
    args: [{ name: "text", limit: "any" }],
    read: (args) => args.join(":"),
    doc: "Part of the cache key, nothing else",
    fallback: "",
    effect: "cache",
    key: "cb",
    text: encodeURIComponent,
    unsigned: "refusable",
  },
  filename: {
    name: "filename",
    short: ["fn"],
    args: [
      { name: "name", limit: "without / \\ and control characters, at most 200 characters" },
      { name: "encoded", limit: FLAG.limit },
    ],
    read: readFilename,
    doc: "Name to save under; `encoded` says it is base64url",
    fallback: null,
    effect: "delivery",
  },
  attachment: {
    name: "return_attachment",
    short: ["att"],
    ...single("attachment", FLAG, same),
    doc: "Offers to save instead of showing",
    fallback: false,
    effect: "delivery",
  },
} as const satisfies Rows;
