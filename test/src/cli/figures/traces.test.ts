import { expect, test } from "vitest";
import { tracesIn, usageIn } from "../../../../src/cli/figures/traces.ts";
import { newTrace } from "../../../../src/telemetry.ts";

const trace = newTrace("reader", "weur", "MAD");
const line = JSON.stringify(trace);

test.each([
  ["a line of npm run edge", line, [trace]],
  ["an event of wrangler tail", JSON.stringify({ outcome: "ok", logs: [{ message: [line], level: "log" }] }), [trace]],
  [
    "an event of Logpush",
    JSON.stringify({ Logs: [{ Message: [line, line] }, { Message: ["ready"] }] }),
    [trace, trace],
  ],
  ["a message that is a text", JSON.stringify({ logs: [{ message: line }] }), [trace]],
  ["another line of the Worker", '{"msg":"afterwards","error":"a request failed"}', []],
  ["no JSON", "a request came", []],
  ["JSON that is no object", '"request"', []],
  ["a line of what was used", '{"msg":"usage","audience":"request"}', []],
  ["nothing", "", []],
])("%s", (_, text, traces) => expect(tracesIn(text)).toEqual(traces));

const used = { msg: "usage", audience: "background", usage: { kvReads: 1 } };
const usedLine = JSON.stringify(used);

test.each([
  ["a line of npm run edge", usedLine, [used]],
  ["beside a request in an event of wrangler tail", JSON.stringify({ logs: [{ message: [line, usedLine] }] }), [used]],
  ["a request that has used something", JSON.stringify({ ...trace, usage: { kvReads: 1 } }), []],
  ["no JSON", "its usage", []],
])("what was used: %s", (_, text, lines) => expect(usageIn(text)).toEqual(lines));
