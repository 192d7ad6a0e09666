/** Loads a Miniflare whose workerd trusts a test's own certificate authority. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `root` is PEM. Miniflare reads NODE_EXTRA_CA_CERTS once, when it is loaded, and passes it to workerd. */
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
