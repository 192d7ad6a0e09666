/** Fills the stores from inside workerd: thousands of objects per second. From outside each takes milliseconds. */

export type Seed = {
  readonly binding: string;
  readonly key: string;
  /** The content in base64. */
  readonly bytes: string;
  /** R2's customMetadata or KV's metadata. */
  readonly metadata: Readonly<Record<string, string>>;
};

/** For `startEdge({ beside: { seeder: SEEDER } })`. */
export const SEEDER = `
export default {
  async fetch(request, env) {
    const seeds = await request.json();
    const put = ({ binding, key, bytes, metadata }) => {
      const body = Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0));
      const store = env[binding];
      return store.createMultipartUpload ? store.put(key, body, { customMetadata: metadata }) : store.put(key, body, { metadata });
    };
    for (let at = 0; at < seeds.length; at += 50) await Promise.all(seeds.slice(at, at + 50).map(put));
    return new Response(String(seeds.length));
  },
};
`;

/** Stores all seeds. `url` is the address of the seeder, from `edge.beside`. */
export async function seed(url: string, seeds: readonly Seed[]): Promise<void> {
  for (let at = 0; at < seeds.length; at += 1_000) {
    const response = await fetch(url, { method: "POST", body: JSON.stringify(seeds.slice(at, at + 1_000)) });
    if (response.status !== 200) throw new Error(`seeding failed: ${response.status} ${await response.text()}`);
  }
}
