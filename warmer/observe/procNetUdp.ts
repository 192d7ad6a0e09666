import { readdir, readFile, readlink } from "node:fs/promises";

/** The row of one socket in /proc/net/udp or udp6. */
export type UdpRow = {
  readonly port: number;
  readonly inode: string;
  readonly queuedBytes: number;
  readonly drops: number;
};

/** Parses /proc/net/udp (proc(5)): local port in hex, queues in hex, inode, and drops in the last column. */
export function parseUdpTable(text: string): readonly UdpRow[] {
  return text
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const columns = line.trim().split(/\s+/);
      const port = columns[1]?.split(":")[1];
      const queued = columns[4]?.split(":")[1];
      const inode = columns[9];
      const drops = columns[12];
      if (port === undefined || queued === undefined || inode === undefined || drops === undefined) return [];
      return [
        { port: Number.parseInt(port, 16), inode, queuedBytes: Number.parseInt(queued, 16), drops: Number(drops) },
      ];
    });
}

/**
 * What the kernel reports about one of our own UDP sockets. Undefined without /proc, or if there is no such socket.
 */
export async function readUdpSocket(port: number): Promise<UdpRow | undefined> {
  try {
    const inodes = await ownSocketInodes();
    for (const file of ["/proc/net/udp", "/proc/net/udp6"]) {
      const rows = parseUdpTable(await readFile(file, "latin1").catch(() => ""));
      const row = rows.find((candidate) => candidate.port === port && inodes.has(candidate.inode));
      if (row !== undefined) return row;
    }
  } catch {
    // Not Linux: the metric is absent, not zero.
  }
  return undefined;
}

async function ownSocketInodes(): Promise<ReadonlySet<string>> {
  const names = await readdir("/proc/self/fd");
  const links = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => "")));
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}
