/** The bytes of a file or of standard input, decompressed. The first bytes say how it is compressed, not the name. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { type Duplex, pipeline, Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";

/** Standard input. */
export const STDIN = "-";
const CHUNK = 512 * 1024;

/** Programs that read bzip2, the fastest first. Node has none of its own, and libraries for it are slower by far. */
const BZIP2 = ["lbzip2", "pbzip2", "bzip2"] as const;

const MAGIC = {
  gzip: [0x1f, 0x8b],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  bzip2: [0x42, 0x5a, 0x68],
  zip: [0x50, 0x4b, 0x03, 0x04],
  "utf-16": [0xff, 0xfe],
  xz: [0xfd, 0x37, 0x7a, 0x58],
} as const;
type Kind = keyof typeof MAGIC;

/**
 * The chunks of a manifest; each is valid until the next one is asked for. `onRaw` gets the bytes as they stand in the file.
 * Throws Error in words: it cannot be opened, it is damaged, or it is of a kind that is not read.
 */
export async function* openFile(name: string, onRaw: (bytes: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  const chunks = observed(rawChunks(name), onRaw);
  try {
    const first = await firstBytes(chunks);
    const kind = (Object.keys(MAGIC) as Kind[]).find((one) => MAGIC[one].every((byte, at) => first[at] === byte));
    yield* withoutMark(decompressed(kind ?? null, joined(first, chunks)));
  } catch (error) {
    throw new Error(`${name} cannot be read: ${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    await chunks.return(undefined);
  }
}

function decompressed(kind: Kind | null, chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  switch (kind) {
    case null:
      return chunks;
    case "gzip":
      return through(chunks, createGunzip({ chunkSize: CHUNK }));
    case "zstd":
      return through(chunks, createZstdDecompress({ chunkSize: CHUNK }));
    case "bzip2":
      return bunzipped(chunks);
    case "zip":
    case "utf-16":
    case "xz":
      throw new Error(`it is ${kind}; read are UTF-8, and of compressed files gzip, zstd and bzip2`);
  }
}

/** The bytes as they stand in the file. Each chunk is valid until the next one is asked for. Throws what opening it throws. */
export function rawChunks(name: string): AsyncIterable<Uint8Array> {
  return name === STDIN ? process.stdin : fileChunks(name);
}

/** The same memory for each chunk. */
async function* fileChunks(name: string): AsyncGenerator<Uint8Array> {
  const handle = await open(name, "r");
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function* observed(
  chunks: AsyncIterable<Uint8Array>,
  onRaw: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onRaw(chunk);
    yield chunk;
  }
}

/** At least four bytes, if there are so many. */
async function firstBytes(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let bytes: Uint8Array = new Uint8Array(0);
  while (bytes.length < 4) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    bytes = bytes.length === 0 ? value : Buffer.concat([bytes, value]);
  }
  return bytes;
}

async function* joined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* { [Symbol.asyncIterator]: () => rest };
}

/** What a stream makes of the chunks. Whoever reads it gets the errors of both. */
function through(chunks: AsyncIterable<Uint8Array>, stream: Duplex): AsyncIterable<Uint8Array> {
  pipeline(Readable.from(copied(chunks)), stream, () => undefined);
  return stream;
}

/** A stream keeps chunks for a while, so it gets memory of its own. */
async function* copied(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

/** Without the byte order mark of UTF-8. */
async function* withoutMark(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of chunks) {
    const hasMark = isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    isFirst = false;
    yield hasMark ? chunk.subarray(3) : chunk;
  }
}

async function* bunzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const child = await firstProgram();
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += chunk));
  const ended = once(child, "close");
  const fed = feed(child.stdin, chunks);
  try {
    yield* child.stdout;
    await fed;
    await ended;
    if (child.exitCode !== 0) throw new Error(errors.trim() || `${child.spawnfile} ended with ${child.exitCode}`);
  } finally {
    child.kill();
  }
}

/** A program that has ended early says why on standard error, so a closed pipe is no error here. */
async function feed(stdin: NodeJS.WritableStream, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let isOpen = true;
  stdin.on("error", () => (isOpen = false));
  for await (const chunk of chunks) {
    if (!isOpen) return;
    if (!stdin.write(Buffer.from(chunk))) await Promise.race([once(stdin, "drain"), once(stdin, "close")]);
  }
  stdin.end();
}

async function firstProgram() {
  for (const program of BZIP2) {
    const child = spawn(program, ["-dc"], { stdio: ["pipe", "pipe", "pipe"] });
    const started = await new Promise<boolean>((resolve) => {
      child.once("spawn", () => resolve(true));
      child.once("error", () => resolve(false));
    });
    if (started) return child;
  }
  throw new Error(`it is bzip2, and none of ${BZIP2.join(", ")} is installed here`);
}
