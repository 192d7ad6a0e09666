import { expect, test } from "vitest";
import { refusalReasons } from "../../../warmer/push/pushResponse.ts";

const ROWS = [
  ["all accepted", '{"accepted":2,"refused":[]}', []],
  ["one refused", '{"accepted":1,"refused":[{"path":"/a","reason":"blocked"}]}', ["blocked"]],
  ["an empty body", "", []],
  ["not JSON", '"reason" <html>', []],
  ["refused is not a list", '{"refused":"reason","reason":1}', []],
  ["a reason that does not look like a code", '{"refused":[{"path":"/a","reason":"line\\nbreak"}]}', ["other"]],
  ["an entry that is not an object", '{"refused":[7,null],"x":{"reason":1}}', ["other", "other"]],
  ["more refusals than paths were sent", `{"refused":[${Array(5).fill('{"reason":"a"}').join()}]}`, ["a", "a"]],
] as const;

test.each(ROWS)("refusalReasons: %s", (_name, body, reasons) => {
  expect(refusalReasons(body, 2)).toEqual(reasons);
});
