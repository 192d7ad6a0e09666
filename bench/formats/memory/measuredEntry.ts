/**
 * The heavy Worker's entry while its memory is measured. It knows every WebAssembly memory that is not yet collected, and it
 * stops in the debugger around calls into WebAssembly: meanwhile the caller reads the isolate's heap.
 */

/** How often it stops: for the first calls of each function, and then for each so-many-th. */
const FIRST = 2;
const EACH = 5_000;

export const MEASURED_ENTRY = `
const memories = new Set();
/** Bytes of all linear memories that the garbage collector has not taken, and how many they are. */
globalThis.wasmMemories = () => {
  const sizes = [];
  for (const one of memories) {
    const memory = one.deref();
    if (memory === undefined) memories.delete(one);
    else sizes.push(memory.buffer.byteLength);
  }
  return sizes;
};
globalThis.isStopping = false;
const watched = (call) => {
  let calls = 0;
  return (...args) => {
    const result = call(...args);
    if (globalThis.isStopping && (++calls <= ${FIRST} || calls % ${EACH} === 0)) debugger;
    return result;
  };
};
const Instance = WebAssembly.Instance;
WebAssembly.Instance = function (module, imports) {
  const { exports } = new Instance(module, imports);
  const entries = Object.entries(exports).map(([name, value]) => {
    if (value instanceof WebAssembly.Memory) memories.add(new WeakRef(value));
    return [name, typeof value === "function" ? watched(value) : value];
  });
  return { exports: Object.fromEntries(entries) };
};
const { default: Heavy } = await import("./worker.js");
export default class extends Heavy {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/collect") {
      gc();
      return new Response("collected");
    }
    return super.fetch(request);
  }
}`;
