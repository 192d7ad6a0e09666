/** A client of V8's inspector protocol, as far as memory needs it. */

type Message = {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: object;
};

export type Inspector = {
  /** The result of a command. Rejects with what the inspector says. */
  send(method: string, params?: object): Promise<unknown>;
  close(): void;
};

/** Connects to the first isolate at `address` (`http://127.0.0.1:N`). `on` takes what comes without being asked for. */
export async function connectInspector(
  address: string,
  on: (method: string, params: unknown) => void,
): Promise<Inspector> {
  const [isolate] = (await (await fetch(`${address}/json`)).json()) as { readonly webSocketDebuggerUrl: string }[];
  if (isolate === undefined) throw new Error(`${address} has no isolate`);
  const socket = new WebSocket(isolate.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`${isolate.webSocketDebuggerUrl} does not answer`));
  });
  let last = 0;
  const waiting = new Map<number, (message: Message) => void>();
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id === undefined) on(message.method ?? "", message.params);
    else waiting.get(message.id)?.(message);
  };
  return {
    async send(method, params = {}) {
      const id = ++last;
      const { result, error } = await new Promise<Message>((resolve) => {
        waiting.set(id, resolve);
        socket.send(JSON.stringify({ id, method, params }));
      });
      waiting.delete(id);
      if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
      return result;
    },
    close: () => socket.close(),
  };
}
