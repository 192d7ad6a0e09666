import { describe, expect, it } from "vitest";
import { BoundedMap } from "../../../src/concurrency/boundedMap.ts";
import { Failure } from "../../../src/errors.ts";
import { clientKeys, limitMisses, refuseOverRate } from "../../../src/policy/rate.ts";

describe("clientKeys", () => {
  const rows = [
    ["no address", null, ["unknown"]],
    ["no address at all", "somewhere", ["unknown"]],
    ["IPv4", "203.0.113.9", ["203.0.113.9"]],
    ["IPv4 in IPv6", "::ffff:203.0.113.9", ["203.0.113.9"]],
    ["IPv6 in full", "2001:db8:1:2:3:4:5:6", ["2001:db8:1:2::/64", "2001:db8:1::/48 part 0.2"]],
    ["the same network, shortened", "2001:db8:1:2::6", ["2001:db8:1:2::/64", "2001:db8:1::/48 part 0.2"]],
    ["another network", "2001:db8:1:3::6", ["2001:db8:1:3::/64", "2001:db8:1::/48 part 0.3"]],
    ["a network of the same part", "2001:db8:1:6::6", ["2001:db8:1:6::/64", "2001:db8:1::/48 part 0.2"]],
    ["the next /56", "2001:db8:1:102::6", ["2001:db8:1:102::/64", "2001:db8:1::/48 part 1.2"]],
    ["zeros shortened within the network", "2001:db8::1", ["2001:db8:0:0::/64", "2001:db8:0::/48 part 0.0"]],
    ["leading zeros", "2001:0db8:0001:0002::", ["2001:db8:1:2::/64", "2001:db8:1::/48 part 0.2"]],
    ["loopback", "::1", ["0:0:0:0::/64", "0:0:0::/48 part 0.0"]],
  ] as const satisfies readonly (readonly [string, string | null, readonly string[]])[];
  it.each(rows)("%s", (_, address, keys) => {
    expect(clientKeys(address)).toEqual(keys);
  });

  /** How many wide keys the networks have in all. */
  const wide = (networks: readonly string[]) => new Set(networks.map((network) => clientKeys(network)[1])).size;
  const hex = (value: number) => value.toString(16);
  const all = Array.from({ length: 65_536 }, (_, i) => `2001:db8:1:${hex(i)}::1`);
  it("the owner of a /48 has 16 limits, not 65 536", () => {
    expect(new Set(all.map((network) => clientKeys(network)[0])).size).toBe(65_536);
    expect(wide(all)).toBe(16);
  });
  it("the owner of a /56 has 4, and leaves the other /56 blocks of the /48 most of theirs", () => {
    const own = all.slice(0x200, 0x300);
    expect(wide(own)).toBe(4);
    const used = new Set(own.map((network) => clientKeys(network)[1]));
    const untouched = all.filter((network) => !used.has(clientKeys(network)[1] ?? ""));
    expect(untouched).toHaveLength(65_536 * 0.75);
  });
});

const CALLER = { isRateLimited: true, clientKeys: () => ["203.0.113.9"] };

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
    const outcome = await limitMisses({ authority }, CALLER, { MISS_LIMIT: limiter }, new BoundedMap(9), 0).then(
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

describe("a client in a site", () => {
  const LIST = { authority: "list" } as const;
  const keysOf = (network: string) => ({ isRateLimited: true, clientKeys: () => [network, "site"] });
  /** A limiter of so many misses for each key. */
  function limiterOf(limit: number) {
    const counts = new Map<string, number>();
    return {
      counts,
      limit: async ({ key }: { key: string }) => {
        counts.set(key, (counts.get(key) ?? 0) + 1);
        return { success: (counts.get(key) ?? 0) <= limit };
      },
    };
  }
  const ask = (network: string, limiter: ReturnType<typeof limiterOf>, overRate: BoundedMap<string, number>) =>
    limitMisses(LIST, keysOf(network), { MISS_LIMIT: limiter }, overRate, 0).then(
      () => "ok",
      (error: unknown) => (error instanceof Failure ? error.reason : error),
    );

  it("is refused when the site is over its rate, though the network is not; and from memory then", async () => {
    const [limiter, overRate] = [limiterOf(3), new BoundedMap<string, number>(9)];
    const outcomes = [];
    for (let i = 0; i < 5; i++) outcomes.push(await ask(`network ${i}`, limiter, overRate));
    expect(outcomes).toEqual(["ok", "ok", "ok", "rate_limited", "rate_limited"]);
    expect(() => refuseOverRate(LIST, keysOf("network 9"), overRate, 1)).toThrow(Failure);
  });
  it("does not count against the site what its own network is refused", async () => {
    const [limiter, overRate] = [limiterOf(2), new BoundedMap<string, number>(9)];
    for (let i = 0; i < 9; i++) await ask("network", limiter, overRate);
    expect(limiter.counts.get("site")).toBe(2);
    expect(() => refuseOverRate(LIST, keysOf("another"), overRate, 1)).not.toThrow();
  });
});

describe("refuseOverRate", () => {
  const LIST = { authority: "list" } as const;
  async function refusedAt(at: number) {
    const overRate = new BoundedMap<string, number>(9);
    const limiter = { limit: async () => ({ success: false }) };
    await limitMisses(LIST, CALLER, { MISS_LIMIT: limiter }, overRate, at).catch(() => undefined);
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
    ["another client", LIST, { ...CALLER, clientKeys: () => ["203.0.113.10"] }],
    ["a signed request", { authority: "signature" } as const, CALLER],
    ["work that no client asks for", LIST, { ...CALLER, isRateLimited: false }],
  ])("does not refuse %s", async (_, request, caller) => {
    const overRate = await refusedAt(1_000);
    expect(outcome(() => refuseOverRate(request, caller, overRate, 1_001))).toBe("ok");
  });
});

describe("a signing key with a limit class", () => {
  /** Outcome of a miss with each binding's answer, and which binding was asked under which name. */
  async function signed(limit: "none" | "standard" | "strict" | null, answers: Readonly<Record<string, boolean>>) {
    const asked: string[] = [];
    const limiterOf = (binding: string) => ({
      limit: async ({ key }: { key: string }) => {
        asked.push(`${binding} ${key}`);
        return { success: answers[binding] ?? true };
      },
    });
    const limiters = {
      MISS_LIMIT: limiterOf("MISS_LIMIT"),
      KEY_LIMIT_STANDARD: limiterOf("KEY_LIMIT_STANDARD"),
      KEY_LIMIT_STRICT: limiterOf("KEY_LIMIT_STRICT"),
    };
    const request = { authority: "signature", ...(limit === null ? {} : { signer: { name: "shop", limit } }) } as const;
    const overRate = new BoundedMap<string, number>(9);
    const outcome = await limitMisses(request, CALLER, limiters, overRate, 0).then(
      () => "ok",
      (error: unknown) => (error instanceof Failure ? error.reason : error),
    );
    return { outcome, asked, request, overRate };
  }
  const none = { KEY_LIMIT_STANDARD: false, KEY_LIMIT_STRICT: false, MISS_LIMIT: false };
  it.each([
    [null, none, "ok", []],
    ["none", none, "ok", []],
    ["standard", { ...none, KEY_LIMIT_STANDARD: true }, "ok", ["KEY_LIMIT_STANDARD signing key shop"]],
    ["standard", { KEY_LIMIT_STANDARD: false }, "rate_limited", ["KEY_LIMIT_STANDARD signing key shop"]],
    ["strict", { ...none, KEY_LIMIT_STRICT: true }, "ok", ["KEY_LIMIT_STRICT signing key shop"]],
    ["strict", { KEY_LIMIT_STRICT: false }, "rate_limited", ["KEY_LIMIT_STRICT signing key shop"]],
  ] as const)("class %s, answers %j: %s", async (limit, answers, wanted, names) => {
    const { outcome, asked } = await signed(limit, answers);
    expect([outcome, asked]).toEqual([wanted, names]);
  });
  it("is remembered under its own name: the client's unsigned misses go on", async () => {
    const { request, overRate } = await signed("strict", { KEY_LIMIT_STRICT: false });
    const limiter = { limit: async () => ({ success: true }) };
    const again = (wanted: typeof request | { readonly authority: "list" }, now: number) =>
      limitMisses(wanted, CALLER, { MISS_LIMIT: limiter, KEY_LIMIT_STRICT: limiter }, overRate, now);
    await expect(again(request, 9_999)).rejects.toMatchObject({ reason: "rate_limited" });
    await again(request, 10_000);
    await again({ authority: "list" }, 1);
  });
  it("keeps nobody from what is stored of its pictures: only their misses are refused", async () => {
    const { request, overRate } = await signed("strict", { KEY_LIMIT_STRICT: false });
    expect(() => refuseOverRate(request, CALLER, overRate, 1)).not.toThrow();
  });
  it("limits nobody where the binding is missing", async () => {
    const request = { authority: "signature", signer: { name: "shop", limit: "strict" } } as const;
    const MISS_LIMIT = { limit: async () => ({ success: false }) };
    await limitMisses(request, CALLER, { MISS_LIMIT }, new BoundedMap(9), 0);
  });
});
