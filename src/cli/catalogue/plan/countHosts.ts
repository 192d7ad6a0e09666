/** Reads a manifest once and counts by host. */
import type { ProviderRules } from "../../../origin/providers/candidate.ts";
import type { Transform } from "../../../request/transform.ts";
import type { Tally } from "../manifest/broken.ts";
import { type Manifest, readManifest } from "../manifest/readManifest.ts";
import type { Located } from "../manifest/rowMap.ts";
import { expectedOf } from "./expected.ts";
import { HostTable } from "./hostTable.ts";

export type Counted = {
  readonly hosts: HostTable;
  readonly tally: Tally;
  /** Pictures of hosts for which the table had no room. */
  readonly beyond: number;
};

export type CountOptions = {
  readonly transform: Transform;
  readonly rules: ProviderRules;
  readonly onProgress: (tally: Tally) => void;
  readonly maxHosts?: number;
};

/** Throws what `readManifest` throws. */
export async function countHosts(manifest: Manifest, options: CountOptions): Promise<Counted> {
  const hosts = new HostTable(options.maxHosts);
  let beyond = 0;
  const onRow = (_: unknown, located: Located) => {
    const { bytes, hostStart, hostEnd } = located.address;
    const host = hosts.numberOf(bytes, hostStart, hostEnd);
    if (host < 0) {
      beyond++;
      return null;
    }
    const seen = (hosts.pictures[host] ?? 0) + 1;
    hosts.pictures[host] = seen;
    if (located.fileSize > 0) {
      hosts.listedBytes[host] = (hosts.listedBytes[host] ?? 0) + located.fileSize;
      hosts.listed[host] = (hosts.listed[host] ?? 0) + 1;
    }
    if (isSample(seen)) sample(hosts, host, located, options);
    return null;
  };
  const between = (tally: Tally) => void options.onProgress(tally);
  const tally = await readManifest(manifest, { onRow, between });
  return { hosts, tally, beyond };
}

/** To work an address out costs ten times what it costs to read its line. */
function isSample(seen: number): boolean {
  return seen % 1_024 === 0 || seen === 1 || seen === 4 || seen === 16 || seen === 64 || seen === 256;
}

function sample(hosts: HostTable, host: number, { address, width, height }: Located, options: CountOptions): void {
  const listed = width > 0 && height > 0 ? { width, height } : null;
  const { bytes, isOwn } = expectedOf(address.text(), listed, options.transform, options.rules);
  hosts.samples[host] = (hosts.samples[host] ?? 0) + 1;
  hosts.sampledBytes[host] = (hosts.sampledBytes[host] ?? 0) + bytes;
  if (isOwn) hosts.sampledOwn[host] = (hosts.sampledOwn[host] ?? 0) + 1;
}
