/** What a request says of the reader's screen, for `hintPage`. Pure. */
import type { IncomingHttpHeaders } from "node:http";

const COOKIE = /(?:^|;\s*)screen=(\d{1,5})x(\d{1,2}(?:\.\d+)?)(?:;|$)/;

/** From the cookie that the page's script has set, else from client hints. What neither says is undefined. */
export function screenOf(headers: IncomingHttpHeaders): {
  readonly viewport: string | undefined;
  readonly dpr: string | undefined;
} {
  const [, width, density] = COOKIE.exec(headers.cookie ?? "") ?? [];
  const client = (name: string) => {
    const value = headers[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    viewport: width ?? client("sec-ch-viewport-width"),
    dpr: density ?? client("sec-ch-dpr"),
  };
}
