/** The addresses `/alike` and `/experiment` on the page's server. What they show is worked out when it is first asked for. */
import type { ServerResponse } from "node:http";
import type { Catalogue } from "../catalogue.ts";
import { alikeDocument } from "../page/html/alikeDocument.ts";
import { type Alike, findAlike } from "./copies.ts";
import { sampleLog, sampleReport } from "./sampleExperiment.ts";

/** Photographs with copies: each has six. To make them takes a quarter of a second each. */
export const COPIED = 4;

export type AlikeServer = {
  /** Answers one of its addresses; false for any other. */
  handle(url: URL, method: string, response: ServerResponse): Promise<boolean>;
};

type Headers = Readonly<Record<string, string>>;

/** `headers`: of the demo's pages. */
export function createAlikeServer({ folder, entries }: Catalogue, headers: Headers): AlikeServer {
  const some = entries.slice(0, COPIED);
  let finding: Promise<readonly Alike[]> | null = null;
  const answers: Readonly<Record<string, () => Promise<readonly [Headers, string]>>> = {
    "/alike": async () => {
      finding ??= findAlike(folder, some);
      // What failed is tried anew for the next reader.
      const alike = await finding.catch((error: unknown) => {
        finding = null;
        throw error;
      });
      return [headers, alikeDocument(alike, entries.length - some.length)];
    },
    "/experiment": async () => {
      // The report is one file with its style inside, for a mail or a folder.
      const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
      return [{ ...headers, "content-security-policy": policy }, sampleReport(log())];
    },
    "/experiment/log.jsonl": async () => [{ "content-type": "application/jsonl", "cache-control": "no-store" }, log()],
  };
  const log = () => sampleLog(some.map(({ title }) => title));
  return {
    async handle({ pathname }, method, response) {
      const answer = Object.hasOwn(answers, pathname) ? answers[pathname] : undefined;
      if (answer === undefined || (method !== "GET" && method !== "HEAD")) return false;
      const [own, text] = await answer();
      response.writeHead(200, own).end(text);
      return true;
    },
  };
}
