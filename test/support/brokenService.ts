/** A binding (KV namespace, bucket, cache). Every call rejects, as a call of a broken service does. */
export function brokenService<T extends object>(real: T): T {
  return new Proxy(real, {
    get: () => async () => {
      throw new Error("service unavailable (simulated)");
    },
  });
}

/** A binding whose every call takes `ms` longer than the real one. */
export function slowService<T extends object>(real: T, ms: number): T {
  return new Proxy(real, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        await new Promise((resolve) => setTimeout(resolve, ms));
        return Reflect.apply(member, target, args);
      };
    },
  });
}
