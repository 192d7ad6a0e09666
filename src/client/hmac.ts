/**
 * HMAC-SHA256 without WebCrypto, whose functions give promises: an image loader of a framework must answer at once. Small
 * rather than fast: a signature takes some 20 microseconds.
 */

const BLOCK_BYTES = 64;

const PRIMES: number[] = [];
for (let n = 2; PRIMES.length < 64; n++) if (PRIMES.every((prime) => n % prime !== 0)) PRIMES.push(n);

/** The first 32 bits of the fractions of roots of the first primes (FIPS 180-4 4.2.2, 5.3.3). */
const fractions = (root: (n: number) => number) => Uint32Array.from(PRIMES, (prime) => (root(prime) % 1) * 2 ** 32);
const K = fractions(Math.cbrt);
const H = fractions(Math.sqrt).subarray(0, 8);

/** HMAC (RFC 2104) with SHA-256: 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? sha256(key) : key);
  const pad = (byte: number) => block.map((value) => value ^ byte);
  return sha256(joined(pad(0x5c), sha256(joined(pad(0x36), message))));
}

/** SHA-256 (FIPS 180-4 6.2) of at most 512 MB: 32 bytes. */
export function sha256(message: Uint8Array): Uint8Array {
  const { length } = message;
  // One bit and 8 bytes of length follow the message.
  const padded = new Uint8Array((length + 9 + BLOCK_BYTES - 1) & -BLOCK_BYTES);
  padded.set(message);
  padded[length] = 0x80;
  const input = new DataView(padded.buffer);
  input.setUint32(padded.length - 4, length * 8);
  const hash = H.slice();
  for (let offset = 0; offset < padded.length; offset += BLOCK_BYTES) addBlock(hash, input, offset);
  const output = new DataView(new ArrayBuffer(32));
  hash.forEach((word, i) => {
    output.setUint32(4 * i, word);
  });
  return new Uint8Array(output.buffer);
}

function addBlock(hash: Uint32Array, input: DataView, offset: number): void {
  const w = new Uint32Array(64);
  const at = (i: number) => w[i] ?? 0;
  let state = [...hash];
  for (let i = 0; i < 64; i++) {
    const [early, late] = [at(i - 15), at(i - 2)];
    w[i] =
      i < 16
        ? input.getUint32(offset + 4 * i)
        : at(i - 16) +
          (turn(early, 7) ^ turn(early, 18) ^ (early >>> 3)) +
          at(i - 7) +
          (turn(late, 17) ^ turn(late, 19) ^ (late >>> 10));
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    const first = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + (K[i] ?? 0) + at(i);
    const second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    state = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
  }
  state.forEach((word, i) => {
    hash[i] = (hash[i] ?? 0) + word;
  });
}

/** Rotates 32 bits to the right. */
function turn(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Uint8Array.from([...a, ...b]);
}
