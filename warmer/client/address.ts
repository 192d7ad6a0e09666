/** Parses `host:port`, IPv6 in brackets. Undefined if it is none. The host may be a name. */
export function parseAddress(address: unknown): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+)):(\d{1,5})$/i.exec(typeof address === "string" ? address : "");
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}
