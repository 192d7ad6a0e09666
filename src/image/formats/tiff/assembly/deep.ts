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

/** With more samples a pixel, one pass over a row for each of them takes longer than one pass for all. */
const FEW_SAMPLES: i32 = 8;

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
  const samples = <i32>(<usize>bytes / width);
  // Of 64 bits the upper half has more digits than the tones. What is below it is not needed.
  const used = width == 8 ? samples << 2 : bytes;
  if (step <= FEW_SAMPLES) {
    for (let first = 0; first < step; first++) {
      let sum: u8 = 0;
      for (let i = first; i < used; i += step) {
        sum += load<u8>(from + i);
        store<u8>(to + i, sum);
      }
    }
  } else {
    for (let i = 0; i < used; i++) {
      store<u8>(to + i, load<u8>(from + i) + (i < step ? 0 : load<u8>(to + i - step)));
    }
  }
  const second = to + samples;
  const third = second + samples;
  const fourth = third + samples;
  for (let i = 0, channel = firstChannel; i < samples; i++) {
    let number = (<u32>load<u8>(to + i) << 8) | <u32>load<u8>(second + i);
    if (width > 2) number = (number << 8) | <u32>load<u8>(third + i);
    if (width > 3) number = (number << 8) | <u32>load<u8>(fourth + i);
    store<u8>(to + i, byteOf(width == 8 ? <u64>number << 32 : <u64>number, channel));
    channel = channel + 1 == step + firstChannel ? firstChannel : channel + 1;
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
  return width == 2 ? small(word, 5, 10, TO_HALF) : small(word, 7, 16, TO_24);
}

/** From the exponents of small numbers to those of 32 bits. */
const TO_HALF: f32 = 5192296858534827628530496329220096.0;
const TO_24: f32 = 18446744073709551616.0;

/** A number of `exponentBits` and `fractionBits` behind its sign. `scale`: 2 to the power by which the exponents differ. */
// @ts-ignore: decorator
@inline
function small(word: u32, exponentBits: u32, fractionBits: u32, scale: f32): f32 {
  const bits = word & ((1 << (exponentBits + fractionBits)) - 1);
  const sign = ((word >> (exponentBits + fractionBits)) & 1) << 31;
  const infinity: u32 = ((1 << exponentBits) - 1) << fractionBits;
  if (bits >= infinity) return reinterpret<f32>(sign | 0x7f800000 | ((bits - infinity) << (23 - fractionBits)));
  return reinterpret<f32>(sign | (bits << (23 - fractionBits))) * scale;
}
