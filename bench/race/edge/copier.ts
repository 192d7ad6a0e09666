/** Puts copies of a rendition under other keys, from inside workerd: thousands per minute. From outside each takes ms. */

/** One copy: the store key and the metadata of its rendition, and the key of its source's metadata. */
export type Copy = {
  readonly rendition: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly sourceMeta: string;
};

export type CopyOrder = {
  /** What is copied, by the keys of R2_PRIMARY and THUMBS. */
  readonly from: { readonly rendition: string; readonly sourceMeta: string };
  readonly copies: readonly Copy[];
};

/** A script that runs as a Worker on the same storage. */
export const COPIER = `
export default {
  async fetch(request, env) {
    const { from, copies } = await request.json();
    const object = await env.R2_PRIMARY.get(from.rendition);
    if (object === null) return new Response("the primary has no " + from.rendition, { status: 404 });
    const bytes = await object.arrayBuffer();
    const known = await env.THUMBS.get(from.sourceMeta, "text");
    const put = ({ rendition, metadata, sourceMeta }) => Promise.all([
      env.R2_PRIMARY.put(rendition, bytes, { customMetadata: metadata, httpMetadata: object.httpMetadata }),
      known === null ? undefined : env.THUMBS.put(sourceMeta, known),
    ]);
    for (let at = 0; at < copies.length; at += 20) await Promise.all(copies.slice(at, at + 20).map(put));
    return new Response(String(copies.length));
  },
};
`;

/** Makes the copies. `url` is the copier's address. Throws Error if what is to be copied is not there. */
export async function copyRendition(url: string, order: CopyOrder): Promise<void> {
  if (order.copies.length === 0) return;
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(order) });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`copying failed: ${answer.status} ${text}`);
}
