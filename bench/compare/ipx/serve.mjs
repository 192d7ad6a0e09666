/** Node's ipx as its documentation starts it. Sends its parent the port. The environment names the sources (IPX_HTTP_DOMAINS). */
import { createServer } from "node:http";
import { createIPX, createIPXNodeServer, ipxHttpStorage } from "ipx";

const ipx = createIPX({ storage: ipxHttpStorage() });
const server = createServer(createIPXNodeServer(ipx));
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
