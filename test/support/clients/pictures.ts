/** The pictures of a page's markup, and whether each address gives the picture that the markup says. */
import sharp from "sharp";

export type Picture = {
  readonly src: string;
  /** Addresses of the `srcset` with their descriptors: `640w`, `2x`. */
  readonly candidates: readonly (readonly [url: string, descriptor: string])[];
  /** The attribute `width`. */
  readonly width: number | undefined;
};

const ENTITIES: Readonly<Record<string, string>> = { "&amp;": "&", "&quot;": '"', "&#39;": "'", "&#x27;": "'" };

/** Every `<img>` of an HTML text, in its order. */
export function picturesOf(html: string): readonly Picture[] {
  return [...html.matchAll(/<img\s([^>]*)>/g)].map(([, attributes = ""]) => {
    const attribute = (name: string) =>
      new RegExp(`(?:^|\\s)${name}="([^"]*)"`, "i")
        .exec(attributes)?.[1]
        ?.replace(/&(?:amp|quot|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity);
    const width = attribute("width");
    return {
      src: attribute("src") ?? "",
      candidates: candidatesOf(attribute("srcset") ?? ""),
      width: width === undefined ? undefined : Number(width),
    };
  });
}

/** A `srcset` ("If the srcset attribute is present", HTML 4.8.4.3.8): an address ends at white space, so commas may be in it. */
function candidatesOf(srcset: string): Picture["candidates"] {
  return [...srcset.matchAll(/(\S*[^\s,])\s+([\d.]+[wx])\s*(?:,|$)/g)].map(([, url = "", descriptor = ""]) => [
    url,
    descriptor,
  ]);
}

export type Answer = { readonly status: number; readonly body: Uint8Array };

export type Checked = {
  /** How many addresses were asked. */
  readonly asked: number;
  /** What is wrong, in words. */
  readonly wrong: readonly string[];
};

/**
 * Asks every address of a markup. `640w`: the picture has 640 pixels across. `2x`: it has at least twice the attribute
 * `width`. `src`: there is a picture.
 */
export async function checkPictures(html: string, ask: (url: string) => Promise<Answer>): Promise<Checked> {
  const wrong: string[] = [];
  let asked = 0;
  for (const { src, candidates, width = 0 } of picturesOf(html)) {
    for (const [url, descriptor] of [...candidates, [src, "src"] as const]) {
      asked++;
      const { status, body } = await ask(url);
      if (status !== 200) {
        wrong.push(`${url}: ${status} ${Buffer.from(body).toString().slice(0, 200)}`);
        continue;
      }
      const { width: real = 0 } = await sharp(body).metadata();
      const amount = Number.parseFloat(descriptor);
      const isRight = descriptor.endsWith("w")
        ? real === amount
        : real >= (descriptor.endsWith("x") ? amount * width : 1);
      if (!isRight) wrong.push(`${url}: ${real} pixels across for ${descriptor} of width ${width}`);
    }
  }
  return { asked, wrong };
}
