/** The `srcset` of published frameworks, as they write it: commas inside addresses, line ends, `x` and `w`. */
import { expect, test } from "vitest";
import { hintPage } from "../../../../warmer/client/page/hintPage.ts";
import { MARKUPS } from "../../../support/clients/markups.ts";
import { picturesOf } from "../../../support/clients/pictures.ts";

const PLACE = {
  ...{ proxy: "https://img.example.org", signing: { key: "736563726574", salt: "68656c6c6f" } },
  source: "https://photos.example/a%20b.jpg?x=1&y=2",
};

test.each(Object.entries(MARKUPS))("a hint names one listed address for each picture of %s", async (_, markupOf) => {
  const html = await markupOf(PLACE);
  const pictures = [...html.matchAll(/<img [^>]*>/g)].map(([element]) => {
    const attribute = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(element)?.[1]?.replaceAll("&amp;", "&");
    return { srcset: attribute("srcset"), sizes: attribute("sizes") };
  });
  const listed = picturesOf(html).map(({ candidates }) => candidates.map(([url]) => url));
  for (const [i, picture] of pictures.entries()) {
    const { paths } = hintPage({ pictures: [picture], viewport: 1280, dpr: 2, accept: "image/webp" });
    expect(paths).toHaveLength(1);
    expect(listed[i]).toContain(paths[0]);
  }
  expect(pictures.length).toBeGreaterThan(1);
});
