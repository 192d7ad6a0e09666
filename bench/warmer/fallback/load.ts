/**
 * The load generator for machines without a C compiler. It takes the same options and prints the same line of JSON as
 * native/load.c.
 */
import { createSocket } from "node:dgram";
import { parseArgs } from "node:util";

const TEMPLATE =
  '{"jpg":"7372/0000000000_0000000000_z.jpg","http_endpoint":"es.www.example.com","timestamp":0000000000.000000}\n';
const ENDPOINTS = ["es", "fr", "de", "it", "sg", "vn", "au", "br"];
const REMEMBERED = 65_536;
const BEHIND_MS = 2;

const { values } = parseArgs({
  options: {
    p: { type: "string", short: "p", default: "0" },
    r: { type: "string", short: "r", default: "0" },
    d: { type: "string", short: "d", default: "1" },
    m: { type: "string", short: "m", default: "1" },
    u: { type: "string", short: "u", default: "0.6" },
    x: { type: "string", short: "x", default: "0" },
    P: { type: "boolean", short: "P", default: false },
  },
});
const [port, rate, seconds, perDatagram, repeats] = [values.p, values.r, values.d, values.m, values.u].map(Number) as [
  number,
  number,
  number,
  number,
  number,
];
const remembered: string[] = [];
let sent = 0;
let distinct = 0;
let behind = 0;

function hint(): string {
  const nowUs = Math.round((performance.timeOrigin + performance.now()) * 1000);
  let name: string;
  if (distinct > 0 && Math.random() < repeats) {
    name = remembered[Math.floor(Math.random() * remembered.length)] ?? "";
  } else {
    const id = distinct++;
    const stamp = String(nowUs % 1e10).padStart(10, "0");
    name = `${String(id).padStart(10, "0")}_${stamp}_z.jpg","http_endpoint":"${ENDPOINTS[(id * 5) % 8]}`;
    remembered[id % REMEMBERED] = name;
  }
  const time = `${Math.floor(nowUs / 1e6)}.${String(nowUs % 1e6).padStart(6, "0")}`;
  return `{"jpg":"7372/${name}.www.example.com","timestamp":${time}}\n`;
}
if (hint().length !== TEMPLATE.length) throw new Error("the hint is not as long as native/load.c writes it");
distinct = 0;

const socket = createSocket("udp4");
await new Promise<void>((resolve) => socket.connect(port, "127.0.0.1", resolve));
socket.on("error", () => {});
const start = performance.now();
let due = start;
const gap = rate > 0 ? (1000 * perDatagram) / rate : 0;
for (let now = start; now - start < seconds * 1000; now = performance.now()) {
  if (rate > 0 && now - due > BEHIND_MS * 4) {
    behind++;
    due = now;
  }
  for (let burst = 0; burst < 64 && due <= now; burst++) {
    let text = "";
    for (let i = 0; i < perDatagram; i++) text += hint();
    socket.send(text);
    sent += perDatagram;
    due += values.P === true ? -Math.log(1 - Math.random()) * gap : gap;
  }
  await new Promise((resolve) => (due - now > 2 ? setTimeout(resolve, 1) : setImmediate(resolve)));
}
const taken = (performance.now() - start) / 1000;
console.log(JSON.stringify({ sent, distinct, seconds: taken, refused: 0, behind }));
socket.close();
