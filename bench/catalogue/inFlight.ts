/**
 * What a run may ask for again after its edge was killed: the pictures that were in flight. A picture is in flight at a kill
 * when its source was asked since the edge was started, its row is leased on the disk, and neither a rendition nor an
 * outcome of it is in the bucket.
 */
import type { HostRecord, Lease } from "../../src/catalogue/feed/hostRecord.ts";
import type { ManifestRow } from "../../src/catalogue/manifestRow.ts";
import { logKey } from "../../src/catalogue/outcomeLog.ts";
import { PART } from "../../src/catalogue/part.ts";
import { runKey } from "../../src/catalogue/run.ts";
import { hostHash, sourceKeys } from "../../src/store/schema/key.ts";
import { type KilledDisk, openKilledDisk } from "./killedDisk.ts";

/** What one kill has interrupted. */
export type Interrupted = {
  /** Leases that workers had begun, and the rows of all leases. */
  readonly begun: number;
  readonly rows: number;
  /** Pictures in flight, and the most of one lease that leave a rendition behind. */
  readonly pictures: number;
  readonly mostOfLease: number;
};

export type Repeats = {
  /** Requests beyond the first one for each address. */
  readonly all: number;
  /** Those of them that no kill explains: the address was asked for again more often than it was in flight at a kill. */
  readonly unexplained: number;
};

/** Times that each address was asked for. */
type Asked = ReadonlyMap<string, number>;

export class InFlight {
  readonly #run: string;
  readonly #partRows: number;
  readonly #leaves: (url: string) => boolean;
  /** Addresses by host, in the order of the parts' rows. */
  readonly #rows: ReadonlyMap<string, readonly string[]>;
  /** Kills at which an address was in flight. */
  readonly #kills = new Map<string, number>();
  #before: Asked = new Map();

  /** `leaves`: whether a picture of this address leaves a rendition behind; one that is gone leaves none. */
  constructor(
    run: string,
    rows: readonly ManifestRow[],
    leaves: (url: string) => boolean,
    partRows: number = PART.rows,
  ) {
    this.#run = run;
    this.#partRows = partRows;
    this.#leaves = leaves;
    const byHost = Map.groupBy(rows, ({ url }) => new URL(url).host);
    this.#rows = new Map([...byHost].map(([host, some]) => [host, some.map(({ url }) => url).toSorted()]));
  }

  /** The edge is started: what was asked until now is nothing that the next kill interrupts. */
  started(asked: Asked): void {
    this.#before = new Map(asked);
  }

  /** The edge was killed. `persist`: its folder. */
  async killed(persist: string, asked: Asked): Promise<Interrupted> {
    const disk = openKilledDisk(persist, runKey(this.#run));
    try {
      const leases = disk.hosts.flatMap((record) => record.leases.map((lease) => ({ record, lease })));
      let pictures = 0;
      let mostOfLease = 0;
      for (const { record, lease } of leases) {
        const urls = await this.#interrupted(record, lease, disk, asked);
        for (const url of urls) this.#kills.set(url, (this.#kills.get(url) ?? 0) + 1);
        pictures += urls.length;
        mostOfLease = Math.max(mostOfLease, urls.filter(this.#leaves).length);
      }
      const rows = leases.reduce((sum, { lease }) => sum + lease.to - lease.from, 0);
      return { begun: leases.filter(({ lease }) => lease.state === "begun").length, rows, pictures, mostOfLease };
    } finally {
      disk.close();
    }
  }

  /** At the end of the run. */
  repeats(asked: Asked): Repeats {
    let all = 0;
    let unexplained = 0;
    for (const [host, urls] of this.#rows) {
      for (const url of new Set(urls)) {
        const again = Math.max(0, (asked.get(nameOf(host, url)) ?? 0) - 1);
        all += again;
        unexplained += Math.max(0, again - (this.#kills.get(url) ?? 0));
      }
    }
    return { all, unexplained };
  }

  async #interrupted(
    { entry: { host } }: HostRecord,
    { part, from, to, cutFrom }: Lease,
    disk: KilledDisk,
    asked: Asked,
  ): Promise<readonly string[]> {
    const host16 = await hostHash(host);
    const logged = [...cutFrom, from].map((first) => {
      const rows = disk.metadata(logKey(this.#run, host16, part, first))?.rows;
      return rows === undefined ? 0 : first + Number(rows);
    });
    const first = part * this.#partRows;
    const rows = (this.#rows.get(host) ?? []).slice(first + Math.max(from, ...logged), first + to);
    const news = rows.filter((url) => (asked.get(nameOf(host, url)) ?? 0) > (this.#before.get(nameOf(host, url)) ?? 0));
    const stored = await Promise.all(news.map(async (url) => disk.has((await sourceKeys(url)).renditions)));
    return news.filter((_, i) => !stored[i]);
  }
}

/** The name under which the source counts an address. */
function nameOf(host: string, url: string): string {
  return `${host}${new URL(url).pathname}`;
}
