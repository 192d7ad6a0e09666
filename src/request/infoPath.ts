/** An address of facts is `/info` before the path of a picture. Its signature is that of the path behind it. Pure. */
export const INFO_PREFIX = "/info";

/** The address of the picture whose facts are asked for; null: it is no address of facts. */
export function pictureOfInfo(url: string): string | null {
  const { origin } = new URL(url);
  const path = url.slice(origin.length);
  return path.startsWith(`${INFO_PREFIX}/`) ? origin + path.slice(INFO_PREFIX.length) : null;
}
