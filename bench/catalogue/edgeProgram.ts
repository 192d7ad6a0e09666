/** The edge of killedEdge.ts in a process of its own. Takes EdgeOptions as JSON, and says in one line that it is ready. */
import { type EdgeOptions, startEdge } from "../../src/cli/edge/start.ts";

const { url } = await startEdge(JSON.parse(process.argv[2] ?? "{}") as EdgeOptions);
console.log(`ready ${url}`);
