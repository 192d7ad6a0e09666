import { expect, test } from "vitest";
import { EXAMPLE_EVERY_MS, ExampleLog, maskPath } from "../../../warmer/observe/examples.ts";
import { keptLog } from "../../support/warmer.ts";

test.each([
  [
    "/AbCdEf0123456789/rs:fit:320:320/plain/https://example.org/private/me.jpg",
    "/…/rs:fit:320:320/plain/https://…/….jpg",
  ],
  ["/_/w:320/plain/http://127.0.0.1:8080/a.png?token=secret", "/_/w:320/plain/http://…/….png"],
  ["/sig/w:320/aHR0cHM6Ly9leGFtcGxlLm9yZy9hLmpwZw.webp", "/…/w:320/….webp"],
  ["/unsafe/rs:fill:40/cb:a-very-long-value-of-an-option/plain/https://h/x", "/unsafe/rs:fill:40/…/plain/https://…/…"],
  ["/name", "/…"],
  ["", ""],
])("maskPath: %s -> %s", (path, masked) => {
  expect(maskPath(path)).toBe(masked);
});

test("one example per reason and minute, with the hints since the last one", () => {
  const log = keptLog();
  let now = 0;
  const examples = new ExampleLog("weur", log, () => now);
  for (let n = 0; n < 5; n++) examples.add("failed", "source_404", `/sig/w:1/plain/https://h/${n}.jpg`);
  examples.add("refused", "blocked", "/sig/w:1/plain/https://h/x.jpg");
  expect(log.lines).toHaveLength(2);
  expect(log.lines[0]).toBe(
    '{"region":"weur","outcome":"failed","reason":"source_404","hints":1,"example":"/…/w:1/plain/https://…/….jpg"} "the edge did not make hints"',
  );
  now = EXAMPLE_EVERY_MS - 1;
  examples.add("failed", "source_404", "/a");
  expect(log.lines).toHaveLength(2);
  now = EXAMPLE_EVERY_MS;
  examples.add("failed", "source_404", "/a");
  expect(log.lines[2]).toContain('"hints":6');
});

test("reasons come from outside: 64 are remembered, the others are not logged", () => {
  const log = keptLog();
  const examples = new ExampleLog("weur", log, () => 0);
  for (let n = 0; n < 200; n++) examples.add("failed", `reason_${n}`, "/a");
  expect(log.lines).toHaveLength(64);
});
