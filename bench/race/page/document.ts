/** The page of the race: pictures and nothing else, so that the first bytes of pictures are all there is to wait for. */

/** Columns of pictures. All of them are in the viewport, or Chromium would report some as never drawn. */
const COLUMNS = 5;
const CELL = { width: 160, height: 107 } as const;

export const VIEWPORT = { width: COLUMNS * CELL.width + 40, height: 4 * CELL.height + 40 } as const;

/** The document for pictures at these addresses (of the reader's edge), in their order. */
export function pageDocument(addresses: readonly string[]): string {
  const pictures = addresses.map(
    (address, i) =>
      `<img src="${address}" elementtiming="p${i}" width="${CELL.width}" height="${CELL.height}" alt="" decoding="async">`,
  );
  // No space between the pictures: Chromium takes a large paint of spaces for the Largest Contentful Paint.
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Race</title>
<style>body{margin:0;width:${COLUMNS * CELL.width}px;line-height:0}img{object-fit:cover}</style>
<body>${pictures.join("")}</body></html>`;
}
