// Looks into a running Node process by its inspector: what only it can say of its memory and timers.

export type Inspector = {
  evaluate<T>(expression: string): Promise<T>;
  /** Bytes of the heap that are in use once everything that can be forgotten is. */
  heapAfterGc(): Promise<number>;
  close(): void;
};

type Reply = { readonly id: number; readonly result?: Readonly<Record<string, unknown>>; readonly error?: { readonly message: string } };

/** `address`: the ws: URL that the process printed when it was started with --inspect. */
export async function inspect(address: string): Promise<Inspector> {
  const socket = new WebSocket(address);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => {
      resolve();
    });
    socket.addEventListener("error", () => {
      reject(new Error(`no inspector at ${address}`));
    });
  });
  const waiting = new Map<number, (reply: Reply) => void>();
  let last = 0;
  socket.addEventListener("message", (message: MessageEvent<string>) => {
    const reply = JSON.parse(message.data) as Reply;
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  const send = async (method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> => {
    last += 1;
    const id = last;
    const reply = await new Promise<Reply>((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
    if (reply.error !== undefined) throw new Error(`${method}: ${reply.error.message}`);
    return reply.result ?? {};
  };
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = (await send("Runtime.evaluate", { expression, returnByValue: true })) as {
      readonly result: { readonly value: T };
      readonly exceptionDetails?: { readonly text: string };
    };
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${exceptionDetails.text}`);
    return result.value;
  };
  return {
    evaluate,
    heapAfterGc: async () => {
      await send("HeapProfiler.collectGarbage");
      return evaluate<number>("process.memoryUsage().heapUsed");
    },
    close: () => {
      socket.close();
    },
  };
}
