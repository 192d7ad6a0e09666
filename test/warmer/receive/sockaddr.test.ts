import { describe, expect, it } from "vitest";
import { socketAddress } from "../../../warmer/receive/sockaddr.ts";

describe("socketAddress", () => {
  const rows = [
    { host: "127.0.0.1", port: 4814, hex: "020012ce7f0000010000000000000000" },
    { host: "0.0.0.0", port: 0, hex: "02000000000000000000000000000000" },
    { host: "255.255.255.255", port: 65_535, hex: "0200ffffffffffff0000000000000000" },
    { host: "::1", port: 4814, hex: `0a0012ce00000000${"00".repeat(15)}0100000000` },
    { host: "::", port: 1, hex: `0a00000100000000${"00".repeat(16)}00000000` },
    { host: "fd00:1:2::a:b", port: 1, hex: "0a00000100000000fd000001000200000000000000" + "0a000b00000000" },
    { host: "1:2:3:4:5:6:7:8", port: 1, hex: "0a0000010000000000010002000300040005000600070008" + "00000000" },
    { host: "::ffff:1.2.3.4", port: 1, hex: `0a00000100000000${"00".repeat(10)}ffff0102030400000000` },
  ];
  for (const { host, port, hex } of rows) {
    it(`writes ${host} port ${port}`, () => expect(socketAddress(host, port).toString("hex")).toBe(hex));
  }
});
