import { expect, test } from "vitest";
import { refusalReasons } from "../../../warmer/push/pushResponse.ts";

const ROWS = [
  ["all accepted", '{"accepted":2,"refused":[]}', []],
  ["one refused", '{"accepted":1,"refused":[{"path":"/a","reason":"blocked"}]}', ["blocked"]],
  ["an empty body", "", []],
  ["no JSON", '"reason" <html>', []],
  ["refused is no list", '{"refused":"reason","reason":1}', []],
  ["a reason that is no code", '{"refused":[{"path":"/a","reason":"line\\nbreak"}]}', ["other"]],
  ["an entry that is no object", '{"refused":[7,null],"x":{"reason":1}}', ["other", "other"]],
  ["more refusals than paths were sent", `{"refused":[${Array(5).fill('{"reason":"a"}').join()}]}`, ["a", "a"]],
] as const;

test.each(ROWS)("refusalReasons: %s", (_name, body, reasons) => {
  expect(refusalReasons(body, 2)).toEqual(reasons);
});
