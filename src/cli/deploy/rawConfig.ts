/** `wrangler.toml` of a checkout, as wrangler itself parses it. */
import { join } from "node:path";
import type { RawConfig } from "./configuration.ts";

/** Throws what wrangler throws when it cannot read the file. */
export async function readRawConfig(top: string): Promise<RawConfig> {
  // Loading wrangler takes half a second, so only a program that needs it does.
  const { experimental_readRawConfig: read } = await import("wrangler");
  return read({ config: join(top, "wrangler.toml") }).rawConfig as unknown as RawConfig;
}
