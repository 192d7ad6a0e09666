import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../../src/errors.ts";
import { checkSignedBody, signBody } from "../../../../src/request/signing/signedBody.ts";

const SECRET = "s3cret";
const NOW = 1_700_000_000_000;
const TIME = String(NOW / 1000);
const BODY = new TextEncoder().encode('{"v":1,"paths":["/a"]}');

/** What the contract says, computed by other means than ours. */
function independent(path: string, time: string, body: Uint8Array): string {
  const hex = createHash("sha256").update(body).digest("hex");
  return createHmac("sha256", SECRET).update(`POST\n${path}\n${time}\n${hex}`).digest("base64url");
}

test("signs as the contract says", async () => {
  expect(await signBody(SECRET, "/warm", TIME, BODY)).toBe(independent("/warm", TIME, BODY));
});

describe("checkSignedBody", () => {
  const check = async (over: {
    path?: string;
    time?: string | null;
    signature?: string | null;
    body?: string;
    secret?: string | null;
  }) => {
    const time = over.time === undefined ? TIME : over.time;
    const signature = over.signature === undefined ? independent("/warm", time ?? "", BODY) : over.signature;
    const headers = new Headers();
    if (time !== null) headers.set("X-Firstlight-Time", time);
    if (signature !== null) headers.set("X-Firstlight-Signature", signature);
    const body = over.body === undefined ? BODY : new TextEncoder().encode(over.body);
    const secret = over.secret === undefined ? SECRET : over.secret;
    return checkSignedBody(headers, over.path ?? "/warm", body, secret, NOW).then(
      () => "ok",
      (error: unknown) => (error instanceof Failure ? error.reason : String(error)),
    );
  };
  const seconds = (off: number) => String(NOW / 1000 + off);
  test.each([
    ["correct", {}, "ok"],
    ["60 s slow", { time: seconds(-60) }, "ok"],
    ["60 s fast", { time: seconds(60) }, "ok"],
    ["61 s slow", { time: seconds(-61) }, "unauthorised"],
    ["61 s fast", { time: seconds(61) }, "unauthorised"],
    ["milliseconds", { time: String(NOW) }, "unauthorised"],
    ["no time", { time: null }, "unauthorised"],
    ["a time that is none", { time: "now" }, "unauthorised"],
    ["no signature", { signature: null }, "unauthorised"],
    ["a wrong signature", { signature: "A".repeat(43) }, "unauthorised"],
    ["half a signature", { signature: independent("/warm", TIME, BODY).slice(0, 22) }, "unauthorised"],
    ["another time than signed", { time: seconds(1), signature: independent("/warm", TIME, BODY) }, "unauthorised"],
    ["another body", { body: "{}" }, "unauthorised"],
    ["another path", { path: "/purge" }, "unauthorised"],
    ["another secret", { secret: "other" }, "unauthorised"],
    ["no secret set", { secret: null }, "not_found"],
  ])("%s", async (_, over, expected) => expect(await check(over)).toBe(expected));
});
