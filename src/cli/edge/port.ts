/** Whether a port of 127.0.0.1 can be had, and which other one can. */
import { createServer } from "node:net";

const MAX_PORT = 65_535;
const LOOKED_AT = 20;

/** Throws an Error that names the taken port and a free one near it. 0 means any free port, and is always right. */
export async function requireFreePort(port: number): Promise<void> {
  if (port === 0 || (await isFree(port))) return;
  for (let other = port + 1; other <= Math.min(MAX_PORT, port + LOOKED_AT); other++) {
    if (await isFree(other)) throw new Error(`Port ${port} is taken; ${other} is free: --port ${other}`);
  }
  throw new Error(`Port ${port} is taken; --port 0 takes any free one`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(new Error(`Port ${port} cannot be used: ${error.message}`));
    });
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
