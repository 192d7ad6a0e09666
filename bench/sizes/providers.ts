/** Stand-ins for the providers, and the address of a photograph as the catalogue stores it. */
import type { Size } from "../../src/image/picture.ts";
import { flickr } from "../../test/support/providers/flickr.ts";
import { iiif } from "../../test/support/providers/iiif.ts";
import type { LookAlike, Picture } from "../../test/support/providers/lookAlike.ts";
import { smithsonian } from "../../test/support/providers/smithsonian.ts";
import { wikimedia, wikimediaPath } from "../../test/support/providers/wikimedia.ts";

export type Photo = Size & { readonly file: string; readonly bytes: Uint8Array<ArrayBuffer> };

export type Provider = {
  readonly stored: string;
  readonly server: (photo: Photo, picture: Picture) => LookAlike;
  /** Quality of its JPEG. */
  readonly quality: number;
};

export const PROVIDERS = {
  flickr: {
    stored: "https://live.staticflickr.com/1/1_a_b.jpg",
    server: ({ width, height }, picture) => flickr([{ name: "1/1_a", width, height }], picture),
    quality: 85,
  },
  wikimedia: {
    stored: `https://upload.wikimedia.org/wikipedia/commons/${wikimediaPath("Photo.jpg")}`,
    server: ({ width, height }, picture) => wikimedia({ files: [{ name: "Photo.jpg", width, height }], picture }),
    quality: 80,
  },
  iiif: {
    stored: "https://iiif.test/2/photo/full/full/0/default.jpg",
    server: ({ width, height }, picture) => iiif({ host: "iiif.test", version: 2, level: 2, width, height }, picture),
    quality: 85,
  },
  smithsonian: {
    stored: "https://ids.si.edu/ids/deliveryService?id=photo",
    server: ({ width, height }, picture) => smithsonian({ photo: { width, height } }, picture),
    quality: 85,
  },
} as const satisfies Record<string, Provider>;
