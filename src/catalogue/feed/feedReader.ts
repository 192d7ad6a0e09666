/** What the feed reads from the primary bucket: lists of hosts, page by page, and the headers of parts. */
import { BoundedMap } from "../../concurrency/boundedMap.ts";
import { hostHash } from "../../store/schema/key.ts";
import { type OpenPart, openPart, PART, partKey, rangeOf } from "../part.ts";
import { BadRecord } from "../record.ts";
import { hostsKey, readHostEntry } from "../run.ts";
import type { ListedHost } from "./hostRecord.ts";
import type { ChunkName } from "./port.ts";
import type { RunRecord } from "./runRecord.ts";

/** A page of a list has some 700 hosts. No line is longer. */
const PAGE_BYTES = 65_536;
/** Headers of parts that are kept in memory, 8 kB each at most. */
const PARTS = 1_200;

export class FeedReader {
  readonly #bucket: Pick<R2Bucket, "get">;
  readonly #onRead: () => void;
  readonly #parts = new BoundedMap<string, OpenPart>(PARTS);

  constructor(bucket: Pick<R2Bucket, "get">, onRead: () => void) {
    this.#bucket = bucket;
    this.#onRead = onRead;
  }

  /** The next hosts of the list, and where the page after them begins; null = that was the last one. */
  async hosts(
    { run, round, offset }: Pick<RunRecord, "run" | "round" | "offset">,
    shard: number,
  ): Promise<{
    readonly entries: readonly ListedHost[];
    readonly offset: number | null;
  }> {
    this.#onRead();
    const object = await this.#bucket.get(hostsKey(run, shard, round), { range: { offset, length: PAGE_BYTES } });
    if (object === null) return { entries: [], offset: null };
    const bytes = new Uint8Array(await object.arrayBuffer());
    const end = bytes.lastIndexOf(LF) + 1;
    if (end === 0) throw new BadRecord(`a line of a host list is over ${PAGE_BYTES} bytes`);
    const lines = new TextDecoder().decode(bytes.subarray(0, end)).split("\n").slice(0, -1);
    const entries = await Promise.all(
      lines.map(readHostEntry).map(async (entry) => ({ ...entry, host16: await hostHash(entry.host) })),
    );
    const next = offset + end;
    return { entries, offset: next < object.size ? next : null };
  }

  /** The header of a part. Throws BadRecord, and what the bucket throws. */
  async part({ run, host16, part }: Pick<ChunkName, "run" | "host16" | "part">): Promise<OpenPart> {
    const key = partKey(run, host16, part);
    const known = this.#parts.get(key);
    if (known !== undefined) return known;
    this.#onRead();
    const object = await this.#bucket.get(key, { range: { offset: 0, length: PART.headerBytes } });
    if (object === null) throw new BadRecord(`there is no part ${key}`);
    const opened = openPart(new Uint8Array(await object.arrayBuffer()));
    this.#parts.set(key, opened);
    return opened;
  }

  range(part: OpenPart, from: number, to: number): { readonly offset: number; readonly length: number } {
    return rangeOf(part, from, to);
  }
}

const LF = 0x0a;
