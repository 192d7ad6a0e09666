/** The addresses below `/operator`: the page and its figures. For browsers on this machine only. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { DEFAULT_HOURS, HOURS, operatorDocument } from "./page/document.ts";
import type { Report } from "./report/report.ts";

export type OperatorPages = {
  /** Answers a request below `/operator`; false for any other. */
  handle(url: URL, request: IncomingMessage, response: ServerResponse): Promise<boolean>;
};

export type OperatorPagesOptions = {
  /** Rejects with words for the operator. */
  readonly report: (hours: number) => Promise<Report>;
  /** Figures are as old as this at most, and the page asks for them as often. */
  readonly everySeconds: number;
};

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; img-src data:; style-src 'self'; style-src-attr 'unsafe-inline'; script-src 'self'; " +
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
} as const;
const BASE = "/operator";

/** Names of this machine. With another one a page elsewhere could have led its own name here (DNS rebinding). */
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

export function isLoopback({ headers: { host = "" } }: Pick<IncomingMessage, "headers">): boolean {
  return LOOPBACK.test(host);
}

export function createOperatorPages({ report, everySeconds }: OperatorPagesOptions): OperatorPages {
  const kept = new Map<number, { readonly at: number; readonly report: Promise<Report> }>();
  const reportOf = (hours: number): Promise<Report> => {
    const last = kept.get(hours);
    if (last !== undefined && Date.now() - last.at < everySeconds * 1_000) return last.report;
    const made = report(hours);
    kept.set(hours, { at: Date.now(), report: made });
    made.catch(() => kept.delete(hours));
    return made;
  };
  return {
    async handle(url, request, response) {
      if (url.pathname !== BASE && !url.pathname.startsWith(`${BASE}/`)) return false;
      const isRead = request.method === "GET" || request.method === "HEAD";
      if (!isLoopback(request) || !isRead) {
        response.writeHead(isRead ? 403 : 405).end();
        return true;
      }
      const asked = Number(url.searchParams.get("hours") ?? DEFAULT_HOURS);
      const hours = HOURS.find((one) => one === asked) ?? DEFAULT_HOURS;
      const isJson = url.pathname === `${BASE}/report.json`;
      if (!isJson && url.pathname !== BASE) {
        response.writeHead(404).end();
        return true;
      }
      const type = isJson ? "application/json" : "text/html; charset=utf-8";
      const given = await reportOf(hours).then(
        (made) => ({ made, problem: null }),
        (error: unknown) => ({ made: null, problem: error instanceof Error ? error.message : String(error) }),
      );
      response.writeHead(given.made === null ? 502 : 200, { ...HEADERS, "content-type": type });
      if (isJson) response.end(JSON.stringify(given.made ?? { problem: given.problem }));
      else response.end(operatorDocument(given.made, { hours, everySeconds, problem: given.problem }));
      return true;
    },
  };
}
