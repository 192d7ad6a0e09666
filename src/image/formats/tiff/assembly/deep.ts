/**
 * Samples of 16 to 64 bits, integers and floating point, to bytes: the predictors undone (TIFF 6.0, section 14; Adobe
 * Photoshop TIFF Technical Note 3), and the result put through the tables of tones.
 */

/** Predictors, numbered as in decoder/codedRows.ts. */
const DIFFERENCES: i32 = 1;
const FLOATING_POINT: i32 = 2;

/** Three tables of 65536 bytes: a sample of red (or grey), green, blue -> the byte to store for it. */
export const TONES = memory.data(196608, 16);
const TONE_BYTES: usize = 65536;

/** The samples of a pixel behind them are alpha and others. */
const LAB_CHANNELS: i32 = 3;

let width: usize = 2;
let isFloat: bool = false;
let isLab: bool = false;
let predictor: i32 = 0;
let toned: i32 = 0;
let firstChannel: i32 = 0;

/**
 * What the samples are: `bytes` of each; `floats`: IEEE numbers, where 0 is black and 1 is white; `lab`: the numbers are
 * L*, a* and b*. `tonedSamples` of a pixel go through the tables of tones, of the others the upper byte is taken. The first
 * sample of a row is that of channel `channel`: not 0 in planes.
 */
export function setSamples(
  bytes: i32,
  floats: bool,
  lab: bool,
  ofPredictor: i32,
  tonedSamples: i32,
  channel: i32,
): void {
  width = <usize>bytes;
  isFloat = floats;
  isLab = lab;
  predictor = ofPredictor;
  toned = tonedSamples;
  firstChannel = channel;
}

/** `to` has room for `bytes` bytes. `step`: samples of a pixel. Every row is in the same byte order. */
export function deepRow(from: usize, to: usize, bytes: i32, step: i32, little: bool): void {
  if (predictor == FLOATING_POINT) planesOfBytes(from, to, bytes, step);
  else if (width == 2 && !isFloat) words(from, to, bytes >> 1, step, little);
  else numbers(from, to, <i32>(<usize>bytes / width), step, little);
}

/** Integers of 16 bits: most files with more than 8 bits have them. */
function words(from: usize, to: usize, samples: i32, step: i32, little: bool): void {
  const predicted = predictor == DIFFERENCES;
  for (let first = 0; first < step; first++) {
    const channel = first + firstChannel;
    const table = TONES + <usize>channel * TONE_BYTES;
    let sum: u32 = 0;
    for (let i = first; i < samples; i += step) {
      const word = load<u16>(from + (i << 1));
      const sample = <u32>(little ? word : bswap<u16>(word));
      sum = predicted ? (sum + sample) & 0xffff : sample;
      store<u8>(to + i, channel < toned ? load<u8>(table + <usize>sum) : <u8>(sum >> 8));
    }
  }
}

function numbers(from: usize, to: usize, samples: i32, step: i32, little: bool): void {
  const predicted = predictor == DIFFERENCES;
  for (let first = 0; first < step; first++) {
    let sum: u64 = 0;
    for (let i = first; i < samples; i += step) {
      const number = numberAt(from + <usize>i * width, little);
      sum = predicted ? sum + number : number;
      store<u8>(to + i, byteOf(sum, first + firstChannel));
    }
  }
}

/**
 * Predictor 3: a row holds the upper bytes of all its samples, then the bytes below them, down to the lowest ones, and
 * each byte is the difference from the one a pixel before it. The sums are made in the row of results: a sample's result
 * is stored over its upper byte, which is read by then.
 */
function planesOfBytes(from: usize, to: usize, bytes: i32, step: i32): void {
  for (let i = 0; i < bytes; i++) {
    store<u8>(to + i, load<u8>(from + i) + (i < step ? 0 : load<u8>(to + i - step)));
  }
  const samples = <i32>(<usize>bytes / width);
  for (let i = 0, channel = 0; i < samples; i++, channel = channel + 1 == step ? 0 : channel + 1) {
    let number: u64 = 0;
    for (let k: usize = 0; k < width; k++) number = (number << 8) | <u64>load<u8>(to + <usize>i + k * <usize>samples);
    store<u8>(to + i, byteOf(number, channel + firstChannel));
  }
}

// @ts-ignore: decorator
@inline
function numberAt(at: usize, little: bool): u64 {
  if (width == 4) return <u64>(little ? load<u32>(at) : bswap<u32>(load<u32>(at)));
  if (width == 8) return little ? load<u64>(at) : bswap<u64>(load<u64>(at));
  if (width == 2) return <u64>(little ? load<u16>(at) : bswap<u16>(load<u16>(at)));
  const middle = <u64>load<u8>(at, 1) << 8;
  const first = <u64>load<u8>(at);
  const last = <u64>load<u8>(at, 2);
  return middle | (little ? (last << 16) | first : (first << 16) | last);
}

// @ts-ignore: decorator
@inline
function byteOf(number: u64, channel: i32): u8 {
  if (!isFloat) {
    const upper = <u32>(number >> (width == 4 ? 16 : width == 3 ? 8 : 0)) & 0xffff;
    return channel < toned ? load<u8>(TONES + <usize>channel * TONE_BYTES + <usize>upper) : <u8>(upper >> 8);
  }
  let value = floatOf(number);
  if (isLab && channel < LAB_CHANNELS) {
    // What is no number counts as the middle of a* and b*.
    if (value != value) value = 0;
    value = channel == 0 ? value * 0.01 : (value + 128) * (1.0 / 255);
  }
  if (channel >= toned) return value > 0 ? <u8>(min<f32>(value, 1) * 255 + 0.5) : 0;
  const tone: u32 = value > 0 ? <u32>(min<f32>(value, 1) * 65535 + 0.5) : 0;
  return load<u8>(TONES + <usize>channel * TONE_BYTES + <usize>tone);
}

/** IEEE 754 numbers of 32, 64 and 16 bits, and those of 24 bits of Technical Note 3: 1 sign, 7 exponent, 16 fraction. */
// @ts-ignore: decorator
@inline
function floatOf(number: u64): f32 {
  if (width == 4) return reinterpret<f32>(<u32>number);
  if (width == 8) return <f32>reinterpret<f64>(number);
  const word = <u32>number;
  return width == 2 ? small(word, 5, 10) : small(word, 7, 16);
}

/** A number of `exponentBits` and `fractionBits` behind its sign. */
function small(word: u32, exponentBits: u32, fractionBits: u32): f32 {
  const most = (1 << exponentBits) - 1;
  const exponent = (word >> fractionBits) & most;
  const fraction = word & ((1 << fractionBits) - 1);
  const sign = ((word >> (exponentBits + fractionBits)) & 1) << 31;
  if (exponent == most) return reinterpret<f32>(sign | 0x7f800000 | (fraction << (23 - fractionBits)));
  if (exponent > 0) {
    return reinterpret<f32>(sign | ((exponent + 127 - (most >> 1)) << 23) | (fraction << (23 - fractionBits)));
  }
  // Numbers without the leading one are smaller than any step of the tones.
  return 0;
}
