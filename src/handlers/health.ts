/** `GET /healthz`: whether this Worker can read its configuration, which version it is, and who serves the caller. */
import { version } from "../../package.json";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import { type Answer, jsonAnswer } from "../respond/answer.ts";

/** `deployment`: Cloudflare's id of the deployed version, and the tag it was deployed with: the git commit. */
export async function health(_http: Request, { bindings }: App, { region }: Caller): Promise<Answer> {
  const { id = null, tag = null } = (bindings as Partial<Env>).VERSION ?? {};
  return jsonAnswer(200, { status: "ok", region, version, deployment: { id, tag } });
}
