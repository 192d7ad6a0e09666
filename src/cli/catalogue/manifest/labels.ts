/**
 * The autotags of YFCC100M: a file of its own, `id TAB concept:confidence,…` a line, in the order of the photos. It is read
 * beside the manifest, some lines ahead of it, so the memory does not grow with the file.
 */
import type { Label } from "../../../catalogue/manifestRow.ts";
import { openFile } from "./openFile.ts";
import { DelimitedReader } from "./records/delimited.ts";
import { Fields } from "./records/fields.ts";
import { RecordBuffer } from "./records/recordBuffer.ts";

const TAB = 0x09;
/** It is read so many lines ahead of the last photo that was found in it. One chunk of a manifest has fewer rows. */
const AHEAD = 32_768;
const PROVIDER = "yfcc100m";

type Waiting = { readonly number: number; readonly text: string };

export class LabelJoin {
  readonly #chunks: AsyncGenerator<Uint8Array>;
  readonly #buffer: RecordBuffer;
  readonly #ahead: number;
  readonly #waiting = new Map<string, Waiting>();
  #read = 0;
  /** Number of the line that was found last. */
  #found = 0;
  #isOver = false;
  #foundSince = 0;
  #askedSince = 0;
  /** Lines of the file that belong to no picture of the manifest, and lines that are none of labels. */
  readonly counts = { withoutPicture: 0, unreadable: 0 };

  /** `onRaw` gets the bytes as they stand in the file. */
  constructor(file: string, onRaw: (bytes: Uint8Array) => void = () => undefined, ahead = AHEAD) {
    this.#ahead = ahead;
    this.#chunks = openFile(file, onRaw);
    const fields = new Fields();
    const sink = {
      onRecord: (record: Fields) => this.#add(record.text(0), record.text(1)),
      onBroken: () => this.counts.unreadable++,
    };
    this.#buffer = new RecordBuffer(new DelimitedReader({ delimiter: TAB, copy: false }, fields, sink));
  }

  /** To be called between two chunks of the manifest. Throws Error in words when the file cannot be read. */
  async readAhead(): Promise<void> {
    // Nothing of a whole chunk was found: this file begins earlier than the manifest.
    const isBehind = this.#askedSince > 0 && this.#foundSince === 0 && this.#read >= this.#found + this.#ahead;
    if (isBehind) this.#found += this.#ahead / 2;
    this.#askedSince = 0;
    this.#foundSince = 0;
    while (!this.#isOver && this.#read < this.#found + this.#ahead) {
      const { done, value } = await this.#chunks.next();
      if (done === true) {
        this.#isOver = true;
        this.#buffer.finish();
      } else this.#buffer.push(value);
    }
    // Lines that were passed long ago belong to no picture of the manifest.
    for (const [id, { number }] of this.#waiting) {
      if (number + this.#ahead >= this.#found) break;
      this.#waiting.delete(id);
      this.counts.withoutPicture++;
    }
  }

  /** The labels of a picture; its line is then forgotten. */
  take(id: string): readonly Label[] {
    this.#askedSince++;
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return [];
    this.#waiting.delete(id);
    this.#foundSince++;
    this.#found = Math.max(this.#found, waiting.number);
    return waiting.text.split(",").flatMap(labelOf);
  }

  /** Reads the rest, so that `counts` are those of the whole file. */
  async finish(): Promise<void> {
    while (!this.#isOver) {
      this.#found = this.#read;
      this.counts.withoutPicture += this.#waiting.size;
      this.#waiting.clear();
      await this.readAhead();
    }
    this.counts.withoutPicture += this.#waiting.size;
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined);
  }

  #add(id: string, text: string): void {
    this.#read++;
    if (id === "") this.counts.unreadable++;
    // A photo without concepts stands in the file with its number alone.
    else if (text !== "") this.#waiting.set(id, { number: this.#read, text });
  }
}

/** `concept:0.912`. */
function labelOf(text: string): readonly Label[] {
  const colon = text.lastIndexOf(":");
  const accuracy = Number(text.slice(colon + 1));
  const name = text.slice(0, colon).trim().slice(0, 300);
  const isOne = colon > 0 && name !== "" && text.length > colon + 1 && accuracy >= 0 && accuracy <= 1;
  return isOne ? [{ name, accuracy, provider: PROVIDER }] : [];
}
