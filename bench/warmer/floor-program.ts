/**
 * The floor of the public API: a dgram socket whose listener only counts. No warmer on Node can take more than this.
 * Same arguments as the 2014 loop: PORT ingest 0 RECEIVE_BUFFER.
 */
import { createSocket } from "node:dgram";

const [port, , , receiveBuffer] = process.argv.slice(2).map(Number);
let received = 0;
const socket = createSocket("udp4", () => {
  received++;
});
socket.bind(port, "127.0.0.1", () => {
  socket.setRecvBufferSize(receiveBuffer ?? 0);
  console.log("ready");
});
process.stdin.on("data", () => console.log(JSON.stringify({ received, duplicate: 0, old: 0, pushed: 0 })));
process.stdin.on("end", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
