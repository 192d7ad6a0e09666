import { describe, expect, it } from "vitest";
import { BoundedMap } from "../../../src/concurrency/boundedMap.ts";
import { Failure } from "../../../src/errors.ts";
import { clientKey, limitMisses, refuseOverRate } from "../../../src/policy/rate.ts";

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

const CALLER = { isRateLimited: true, clientKey: () => "203.0.113.9" };

describe("limitMisses", () => {
  /** What becomes of a miss, and under which names it was counted. */
  async function miss(authority: "signature" | "list" | "header", limit: () => Promise<{ success: boolean }>) {
    const counted: string[] = [];
    const limiter = {
      limit: ({ key }: { key: string }) => {
        counted.push(key);
        return limit();
      },
    };
    const outcome = await limitMisses({ authority }, CALLER, limiter, new BoundedMap(9), 0).then(
      () => "ok",
      (error: unknown) => (error instanceof Failure ? [error.reason, error.facts.retryAfter] : error),
    );
    return [outcome, counted];
  }
  const allowed = () => Promise.resolve({ success: true });
  const refused = () => Promise.resolve({ success: false });
  it("counts a miss that the list permits, under the client's name", async () => {
    expect(await miss("list", allowed)).toEqual(["ok", ["203.0.113.9"]]);
  });
  it.each(["list", "header"] as const)("refuses one too many that the %s permits", async (authority) => {
    expect((await miss(authority, refused))[0]).toEqual(["rate_limited", 60]);
  });
  it("does not count a miss that a signature permits", async () => {
    expect(await miss("signature", refused)).toEqual(["ok", []]);
  });
  it("lets everybody pass when the limiter fails", async () => {
    expect((await miss("list", () => Promise.reject(new Error("down"))))[0]).toBe("ok");
  });
});

describe("refuseOverRate", () => {
  const LIST = { authority: "list" } as const;
  async function refusedAt(at: number) {
    const overRate = new BoundedMap<string, number>(9);
    const limiter = { limit: async () => ({ success: false }) };
    await limitMisses(LIST, CALLER, limiter, overRate, at).catch(() => undefined);
    return overRate;
  }
  const outcome = (run: () => void) => {
    try {
      run();
      return "ok";
    } catch (error) {
      return error instanceof Failure ? error.reason : error;
    }
  };

  it.each([
    ["at once", 1_000, "rate_limited"],
    ["a moment before the memo ends", 10_999, "rate_limited"],
    ["when it ends", 11_000, "ok"],
    ["not after the clock has jumped back", 999, "ok"],
  ])("refuses a client that the limiter has just refused: %s", async (_, now, expected) => {
    const overRate = await refusedAt(1_000);
    expect(outcome(() => refuseOverRate(LIST, CALLER, overRate, now))).toBe(expected);
  });
  it.each([
    ["another client", LIST, { ...CALLER, clientKey: () => "203.0.113.10" }],
    ["a signed request", { authority: "signature" } as const, CALLER],
    ["work that no client asks for", LIST, { ...CALLER, isRateLimited: false }],
  ])("does not refuse %s", async (_, request, caller) => {
    const overRate = await refusedAt(1_000);
    expect(outcome(() => refuseOverRate(request, caller, overRate, 1_001))).toBe("ok");
  });
});
