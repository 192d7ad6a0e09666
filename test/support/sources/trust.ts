/** Miniflare, with a certificate authority of a test's own trusted by what it starts. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Miniflare reads NODE_EXTRA_CA_CERTS once, as it is loaded, and hands it on to workerd. */
export async function miniflareTrusting(root: string) {
  const folder = await mkdtemp(join(tmpdir(), "firstlight-ca-"));
  const file = join(folder, "root.pem");
  await writeFile(file, root);
  const before = process.env.NODE_EXTRA_CA_CERTS;
  process.env.NODE_EXTRA_CA_CERTS = file;
  try {
    return await import("miniflare");
  } finally {
    if (before === undefined) delete process.env.NODE_EXTRA_CA_CERTS;
    else process.env.NODE_EXTRA_CA_CERTS = before;
    await rm(folder, { recursive: true });
  }
}
