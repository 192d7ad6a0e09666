/** `GET /healthz`: whether this Worker can read its configuration, and which region serves the caller. */
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import { type Answer, jsonAnswer } from "../respond/answer.ts";

export async function health(_http: Request, _app: App, { region }: Caller): Promise<Answer> {
  return jsonAnswer(200, { status: "ok", region });
}
