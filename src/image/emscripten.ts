/** Starts an Emscripten encoder of jSquash on a module we hold: no network, no import.meta.url, no console. */

/** The factory each glue file exports. */
type Factory = (options: object) => Promise<unknown>;

/** Glue and compiled module -> the encoder's functions and its memory. */
export async function startEmscripten<T>(
  factory: unknown,
  module: WebAssembly.Module,
): Promise<{ value: T; memory: WebAssembly.Memory }> {
  let memory: WebAssembly.Memory | null = null;
  const silent = () => undefined;
  const value = await (factory as Factory)({
    noInitialRun: true,
    print: silent,
    printErr: silent,
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(module, imports);
      for (const exported of Object.values(instance.exports)) {
        if (exported instanceof WebAssembly.Memory) memory = exported;
      }
      done(instance);
      return instance.exports;
    },
  });
  if (memory === null) throw new Error("the encoder exports no memory");
  return { value: value as T, memory };
}
