import { describe, expect, it } from "vitest";
import { clientKey } from "../../../src/policy/client.ts";

describe("clientKey", () => {
  const rows = [
    ["no address", null, "unknown"],
    ["IPv4", "203.0.113.9", "203.0.113.9"],
    ["IPv6 in full", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["the same network, shortened", "2001:db8:1:2::6", "2001:db8:1:2::/64"],
    ["another network", "2001:db8:1:3::6", "2001:db8:1:3::/64"],
    ["zeros shortened within the network", "2001:db8::1", "2001:db8:0:0::/64"],
    ["leading zeros", "2001:0db8:0001:0002::", "2001:db8:1:2::/64"],
    ["loopback", "::1", "0:0:0:0::/64"],
  ] as const satisfies readonly (readonly [string, string | null, string])[];
  it.each(rows)("%s", (_, address, key) => {
    expect(clientKey(address)).toBe(key);
  });
});
