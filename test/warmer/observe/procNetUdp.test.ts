import { createSocket } from "node:dgram";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { parseUdpTable, readUdpSocket } from "../../../warmer/observe/procNetUdp.ts";

const TABLE = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  353: 0100007F:12CE 00000000:0000 07 00000000:00000A00 00:00000000 00000000  1000        0 40311 2 0000000000000000 17
 8812: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 21007 2 0000000000000000 0
`;

test("parseUdpTable: port, inode, queued bytes and drops of each row", () => {
  expect(parseUdpTable(TABLE)).toEqual([
    { port: 4814, inode: "40311", queuedBytes: 2560, drops: 17 },
    { port: 68, inode: "21007", queuedBytes: 0, drops: 0 },
  ]);
});
test("parseUdpTable: an empty or unknown text has no rows", () => {
  expect([parseUdpTable(""), parseUdpTable("a\nb c\n")]).toEqual([[], []]);
});

test.skipIf(!existsSync("/proc/net/udp"))(
  "readUdpSocket: the kernel counts the drops of a socket that nobody reads",
  async () => {
    const socket = createSocket({ type: "udp4", recvBufferSize: 4096 });
    await new Promise<void>((bound) => socket.bind(0, "127.0.0.1", bound));
    const { port } = socket.address();
    expect(await readUdpSocket(port)).toMatchObject({ port, drops: 0 });
    const sender = createSocket("udp4");
    // In one tick: the socket is not read before the next await.
    for (let n = 0; n < 200; n++) sender.send(Buffer.alloc(500), port, "127.0.0.1");
    let drops = 0;
    for (let n = 0; n < 50 && drops === 0; n++) drops = (await readUdpSocket(port))?.drops ?? 0;
    expect(drops).toBeGreaterThan(0);
    expect(await readUdpSocket(1)).toBeUndefined();
    sender.close();
    socket.close();
  },
);
