import { createCipheriv, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../src/config/parseConfig.ts";
import { Failure } from "../../../../src/errors.ts";
import { readImageRequest } from "../../../../src/request/readImageRequest.ts";

const SOURCE = "https://a.test/secret/1.jpg";
const IV = Buffer.alloc(16, 7);
const keyOf = (bytes: number) => Buffer.alloc(bytes, 3);

function encrypted(source: string, bytes: number): string {
  const cipher = createCipheriv(`aes-${bytes * 8}-cbc`, keyOf(bytes), IV);
  return Buffer.concat([IV, cipher.update(source), cipher.final()]).toString("base64url");
}

const configOf = (bytes: number) =>
  parseConfig({
    SIGNING_KEYS: "736563726574",
    SIGNING_SALTS: "68656c6c6f",
    SOURCE_URL_ENCRYPTION_KEY: bytes === 0 ? "" : keyOf(bytes).toString("hex"),
  });

const signed = (path: string) =>
  `https://img.test/${createHmac("sha256", "secret").update(`hello${path}`).digest("base64url")}${path}`;

async function read(url: string, config = configOf(32)) {
  try {
    return await readImageRequest(url, null, config, 0);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return `${error.reason}: ${error.facts.why ?? error.facts.value}`;
  }
}

describe("encrypted sources", () => {
  test.each([16, 24, 32])("a key of %d bytes", async (bytes) => {
    const text = encrypted(SOURCE, bytes);
    const request = await read(signed(`/w:320/enc/${text}`), configOf(bytes));
    expect(request).toMatchObject({ source: SOURCE, hidden: true, transform: { width: 320, format: "auto" } });
    const cut = `${text.slice(0, 20)}/${text.slice(20)}.png`;
    expect(await read(signed(`/w:320/enc/${cut}`), configOf(bytes))).toMatchObject({
      source: SOURCE,
      transform: { format: "png" },
    });
  });
  test("what cannot be decrypted has one message", async () => {
    const text = encrypted(SOURCE, 32);
    const broken = [text.slice(0, -2), `${text.slice(0, -1)}${text.endsWith("A") ? "B" : "A"}`, "AAAA", "", "a.b.c"];
    for (const one of [...broken, encrypted(SOURCE, 16), encrypted("", 32)]) {
      expect([one, await read(signed(`/w:320/enc/${one}`))]).toEqual([
        one,
        "url_invalid: its source cannot be decrypted",
      ]);
    }
  });
  test("without a key none is read", async () => {
    const wanted = "url_invalid: encrypted sources are not read here";
    expect(await read(signed(`/enc/${encrypted(SOURCE, 32)}`), configOf(0))).toBe(wanted);
  });
  test("the signature comes first: a text that cannot be decrypted and one that can say the same", async () => {
    const outcomes = await Promise.all(
      [encrypted(SOURCE, 32), "AAAA"].map((text) => read(`https://img.test/AAAA/enc/${text}`)),
    );
    expect(outcomes.map((outcome) => String(outcome).split(":")[0])).toEqual([
      "signature_invalid",
      "signature_invalid",
    ]);
  });
  test("a deployment without signing keys reads none", async () => {
    const config = parseConfig({ ALLOWED_SOURCES: "a.test", SOURCE_URL_ENCRYPTION_KEY: keyOf(32).toString("hex") });
    const outcome = await read(`https://img.test/unsafe/enc/${encrypted(SOURCE, 32)}`, config);
    expect(outcome).toBe("url_invalid: encrypted sources need a signature");
  });
  test.each([15, 17, 31, 33])("a key of %d bytes is no configuration", (bytes) => {
    expect(() => configOf(bytes)).toThrow();
  });
});
