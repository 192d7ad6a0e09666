import { describe, expect, it } from "vitest";
import { Failure } from "../../../../src/errors.ts";
import { MAX_BODY_BYTES, parseObject, readBody } from "../../../../src/request/control/jsonBody.ts";

const read = async (body: BodyInit): Promise<unknown> => {
  try {
    return parseObject(await readBody(new Request("https://p.example/", { method: "POST", body })));
  } catch (error) {
    return error instanceof Failure ? error.reason : String(error);
  }
};

describe("readBody and parseObject", () => {
  const filled = (bytes: number) => `{"a":"${"x".repeat(bytes - 8)}"}`;
  const rows = [
    ["an object", '{"v":1}', { v: 1 }],
    ["not JSON", "{", "body_invalid"],
    ["a list", "[]", "body_invalid"],
    ["null", "null", "body_invalid"],
    ["not UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), "body_invalid"],
    ["a byte over the limit", filled(MAX_BODY_BYTES + 1), "body_invalid"],
  ] as const satisfies readonly (readonly [string, BodyInit, unknown])[];
  it.each(rows)("%s", async (_, body, expected) => {
    expect(await read(body)).toEqual(expected);
  });
  it("the largest body", async () => {
    expect(await read(filled(MAX_BODY_BYTES))).toMatchObject({});
    expect(await read(filled(MAX_BODY_BYTES))).not.toBe("body_invalid");
  });
});
