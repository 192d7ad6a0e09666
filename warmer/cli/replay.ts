/**
 * `npm run replay`: sends the hints of a file at a constant rate, with the current time. They are signed if
 * WARM_HINT_SECRET is set.
 */

import { createHmac } from "node:crypto";
import { createSocket } from "node:dgram";
import { open } from "node:fs/promises";
import { type HostPort, hostPort, SettingError } from "../config/parsers.ts";
import { VARIABLES } from "../config/variables.ts";
import { counted, readFlags, refuse } from "./flags.ts";
import { restamp } from "./restamp.ts";

const USAGE = `Usage: npm run replay -- FILE [--rate N] [--to HOST:PORT] [--keep-time]
Sends the hints in FILE: one JSON object per line as in a datagram (docs/api-server/datagram.md), N lines per second
(default 1000). Each gets the current time, unless --keep-time is given. The default of --to is WARM_LISTEN, else
${VARIABLES.WARM_LISTEN.fallback}. The hints are signed if WARM_HINT_SECRET is set.`;

const { values, positionals } = readFlags(USAGE, {
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    rate: { type: "string", default: "1000" },
    to: { type: "string" },
    "keep-time": { type: "boolean", default: false },
  },
});
const [file] = positionals;
const rate = Number(values.rate);
if (file === undefined) refuse(USAGE, "Give a file of hints, one per line");
if (!(rate > 0)) refuse(USAGE, `--rate ${values.rate} is not above 0`);
const { host, port } = target(values.to ?? (process.env.WARM_LISTEN || VARIABLES.WARM_LISTEN.fallback));
const hints = await open(file).catch((error: Error) => refuse(USAGE, error.message));
if ((await hints.stat()).isDirectory()) refuse(USAGE, `${file} is a folder: give a file of hints, one per line`);
const secret = process.env.WARM_HINT_SECRET;
const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
const started = performance.now();
let sent = 0;
let failed = 0;

for await (const line of hints.readLines()) {
  if (line.trim() === "") continue;
  const due = started + (sent * 1000) / rate;
  const wait = due - performance.now();
  if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
  const text = `${values["keep-time"] ? line : restamp(line, Date.now())}\n`;
  const signature = secret ? `#${createHmac("sha256", secret).update(text).digest("base64url")}` : "";
  sent++;
  await new Promise<void>((done) => {
    socket.send(text + signature, port, host, (error) => {
      if (error) failed++;
      done();
    });
  });
}
socket.close();
const seconds = (performance.now() - started) / 1000;
console.log(
  `${counted(sent, "line")} in ${seconds.toFixed(1)} s (${Math.round(sent / seconds)}/s), ${failed} not sent`,
);

function target(text: string): HostPort {
  try {
    const to = hostPort(text);
    return to.port === 0 ? refuse(USAGE, `--to cannot be ${text}: HOST:PORT, a port from 1 to 65535`) : to;
  } catch (error) {
    if (error instanceof SettingError) refuse(USAGE, error.message);
    throw error;
  }
}
