// SSIMULACRA2's errors, summed up, in AssemblyScript: compiled to WebAssembly with SIMD by bin/build-score.js.
// The algorithm is libjxl's (tools/ssimulacra2.cc and tools/gauss_blur.cc, BSD-3), written anew; docs/decisions/0009 says
// what differs and why.
//
// Two pictures come in row by row, and every scale keeps only the rows that its blur still looks at. All samples are 32-bit
// floats, and four rows are worked on at once: from left to right with a vector for each column of them, from top to
// bottom with a vector for four neighbours in a row.

/**
 * The Gaussian of the reference, sigma 1.5: the sum of three oscillators whose input is the pixel that comes into reach
 * and the one that has just gone out of it. They are its recursions, in single precision as there: what that loses is part
 * of its scores.
 */
const gain0: f32 = 0.055295235726086613;
const gain1: f32 = -0.05883668702694999;
const gain2: f32 = 0.012955819110517068;
/** What is multiplied with the output before is 2 less this, 1 and this, and nothing: parted so that products stay small. */
const slow: f32 = 2 - 1.9021130325903071;
const quick: f32 = 1.1755705045849463 - 1;
/** Pixels from one that comes out to the one that comes into reach; what has gone out of it lies six the other way. */
const ahead = 4;
/** Zeros to the right of a row, where the blur looks ahead. */
const margin = 4;
/** Rows that are worked on at once, and columns, as vectors have four lanes. */
const lanes = 4;
/** A vector, and a block of four. */
const vector: usize = 16;
const block: usize = 64;
/** Groups of four rows, or of four columns, that stay until they have gone out of reach: a power of two. */
const history = 4;
/** What is blurred: both pictures, their squares and their product. */
const quantities: usize = 5;
/** What the oscillators of a quantity remember: two outputs each. */
const memorySize: usize = 6 * vector;

/** Keeps the denominator of the structural term from vanishing. */
const c2: f32 = 0.0009;
/**
 * What rounding may add to a variance, as a share of the mean squares: it goes on to the right of a difference and below it,
 * where a map must not show it. Up to 0.000013 was seen, in white pages of 24 megapixels.
 */
const rounding: f32 = 0.00002;
/** Cube root of the opsin absorbance of black. */
const biasRoot: f32 = 0.15595420054924863;

const scales = 5;
const sumsPerChannel = 6;

let width: i32 = 0;
let height: i32 = 0;
/** Rows that have come. */
let rows: i32 = 0;
/** The next rows of both pictures as they come. */
let bytesA: usize = 0;
let bytesB: usize = 0;
/** What each value of red, green and blue adds to the opsin absorbances L, M and S: 3 x 256 vectors. */
let table: usize = 0;
/** Of each scale: an even and an odd row of absorbances, six planes each (L, M and S of a, then of b). */
const absorbed: StaticArray<usize> = [0, 0, 0, 0, 0];
/** Of each channel at each scale: the last eight rows of a, then of b. */
const inputs: StaticArray<usize> = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/** The same: the last rows blurred from left to right, by groups of four. */
const rings: StaticArray<usize> = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/** The same: what the oscillators from top to bottom remember, all quantities of four columns in turn. */
const memories: StaticArray<usize> = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/** What those from left to right remember. */
let memoryAcross: usize = 0;
/** Columns of four rows, all quantities of four columns in turn: those that come into reach, and those before. */
let columns: usize = 0;
/** Four rows of four columns of each quantity. */
let blurred: usize = 0;
/** Constants as vectors, set by `prepare`: loops keep them in registers, while V8 builds a literal anew at each use. */
let input0 = i64x2.splat(0);
let input1 = i64x2.splat(0);
let input2 = i64x2.splat(0);
let slowly = i64x2.splat(0);
let quickly = i64x2.splat(0);
let stabiliser = i64x2.splat(0);
let rootGuess = i64x2.splat(0);
let third = i64x2.splat(0);
/** 5 scales x 3 channels x 6 sums, 64-bit floats. */
let sums: usize = 0;
/**
 * Error of each pixel at the finest scale less what rounding may be, of the rows that were finished last; written when it is
 * asked for.
 */
let map: usize = 0;
let mapRow: i32 = -1;

export function pointerA(): usize {
  return bytesA;
}

export function pointerB(): usize {
  return bytesB;
}

export function pointerTable(): usize {
  return table;
}

export function pointerSums(): usize {
  return sums;
}

export function pointerMap(): usize {
  return map;
}

/** Pixels in a row, rounded up to two vectors. */
function padded(w: i32): usize {
  return (w + 7) & ~7;
}

/** Bytes of a row of a picture with its margin. */
@inline
function inputRow(w: i32): usize {
  return (padded(w) + margin) * 4;
}

/** Bytes of four rows that are blurred from left to right: four by four pixels of each quantity in turn. */
@inline
function ringGroup(w: i32): usize {
  return (padded(w) / lanes) * quantities * block;
}

/** Makes room for pictures of this size, which come in turns of at most so many rows. Pointers are valid until the next call. */
export function prepare(w: i32, h: i32, rowsAtOnce: i32): void {
  width = w;
  height = h;
  rows = 0;
  let next = (__heap_base + 63) & ~(<usize>63);
  table = next;
  next += 3 * 256 * 16;
  sums = next;
  next += (scales * 3 * sumsPerChannel * 8 + 63) & ~63;
  memoryAcross = next;
  next += quantities * memorySize;
  columns = next;
  next += history * quantities * block;
  blurred = next;
  next += quantities * block;
  for (let scale = 0; scale < scales; scale++) {
    absorbed[scale] = next;
    next += padded(w) * 4 * 12;
    for (let channel = 0; channel < 3; channel++) {
      if (!isMeasured(scale, channel)) continue;
      const at = scale * 3 + channel;
      inputs[at] = next;
      next += inputRow(w) * 2 * 2 * lanes;
      rings[at] = next;
      next += ringGroup(w) * history;
      memories[at] = next;
      next += (padded(w) / lanes) * quantities * memorySize;
    }
    w = (w + 1) >> 1;
  }
  bytesA = next;
  next += (<usize>rowsAtOnce) * width * 4 + 64;
  bytesB = next;
  next += (<usize>rowsAtOnce) * width * 4 + 64;
  map = next;
  next += (<usize>(rowsAtOnce + lanes)) * width * 4 + 64;
  const needed = <i32>((next + 0xffff) >> 16) - memory.size();
  if (needed > 0 && memory.grow(needed) < 0) unreachable();
  memory.fill(sums, 0, bytesA - sums);
  input0 = f32x4.splat(gain0);
  input1 = f32x4.splat(gain1);
  input2 = f32x4.splat(gain2);
  slowly = f32x4.splat(slow);
  quickly = f32x4.splat(quick);
  stabiliser = f32x4.splat(c2);
  rootGuess = i32x4.splat(0x2a6497f8);
  third = f32x4.splat(1.0 / 3.0);
}

/** Only the brightness matters at the finest scale, and blue at the coarse ones: the other weights are (nearly) zero. */
@inline
function isMeasured(scale: i32, channel: i32): bool {
  return channel == 1 || (scale > 0 && channel == 0) || scale > 2;
}

/**
 * Takes the next rows of both pictures, as many as a multiple of four until the last ones. All but the last four rows of
 * what has come are then in the sums.
 */
export function addRows(count: i32, channelsA: i32, channelsB: i32, background: i32, withMap: bool): void {
  mapRow = withMap ? max(0, rows - lanes) : -1;
  const plane = padded(width) * 4;
  for (let i = 0; i < count; i++) {
    const row = absorbedRow(0, width, rows);
    absorb(bytesA + (<usize>i) * width * channelsA, channelsA, background, row);
    absorb(bytesB + (<usize>i) * width * channelsB, channelsB, background, row + plane * 3);
    addRow(0, width, height, rows);
    rows++;
  }
}

@inline
function absorbedRow(scale: i32, w: i32, y: i32): usize {
  return absorbed[scale] + (<usize>(y & 1)) * padded(w) * 4 * 6;
}

/** Interleaved sRGB bytes (1, 3 or 4 channels) over a grey background to planes of the opsin absorbances. */
function absorb(bytes: usize, channels: i32, background: i32, out: usize): void {
  const plane = padded(width) * 4;
  const step = <usize>channels;
  for (let x = 0; x < width; x += 4) {
    const p = bytes + (<usize>x) * step;
    let v0: v128, v1: v128, v2: v128, v3: v128;
    if (channels == 4 && background >= 0) {
      v0 = pixelOver(p, background);
      v1 = pixelOver(p + 4, background);
      v2 = pixelOver(p + 8, background);
      v3 = pixelOver(p + 12, background);
    } else {
      const green: usize = channels == 1 ? 0 : 1;
      v0 = pixel(p, green);
      v1 = pixel(p + step, green);
      v2 = pixel(p + step * 2, green);
      v3 = pixel(p + step * 3, green);
    }
    const low01 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5);
    const low23 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
    const high23 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
    const o = out + (<usize>x) * 4;
    v128.store(o, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    v128.store(o + plane, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
    v128.store(o + plane * 2, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  }
}

@inline
function pixel(p: usize, green: usize): v128 {
  return absorbance(load<u8>(p), load<u8>(p + green), load<u8>(p + green * 2));
}

@inline
function pixelOver(p: usize, background: i32): v128 {
  const alpha = <i32>load<u8>(p, 3);
  const behind = background * (255 - alpha) + 127;
  const r = (<i32>load<u8>(p) * alpha + behind) / 255;
  const g = (<i32>load<u8>(p, 1) * alpha + behind) / 255;
  const b = (<i32>load<u8>(p, 2) * alpha + behind) / 255;
  return absorbance(r, g, b);
}

@inline
function absorbance(r: i32, g: i32, b: i32): v128 {
  const red = v128.load(table + ((<usize>r) << 4));
  const green = v128.load(table + ((<usize>g) << 4), 4096);
  const blue = v128.load(table + ((<usize>b) << 4), 8192);
  return v128.add<f32>(v128.add<f32>(red, green), blue);
}

/** A row of this scale is there: measures what it completes, and makes a row of the next scale of every two. */
function addRow(scale: i32, w: i32, h: i32, y: i32): void {
  addToInputs(scale, w, y);
  const isLast = y == h - 1;
  if (isLast || y % lanes == lanes - 1) {
    const group = y / lanes;
    for (let channel = 0; channel < 3; channel++) {
      if (isMeasured(scale, channel)) addGroup(scale * 3 + channel, w, h, group, isLast);
    }
  }
  if (scale + 1 == scales || w < 8 || h < 8 || ((y & 1) == 0 && !isLast)) return;
  halve(absorbedRow(scale, w, y & ~1), absorbedRow(scale, w, y), w, absorbedRow(scale + 1, (w + 1) >> 1, y >> 1));
  addRow(scale + 1, (w + 1) >> 1, (h + 1) >> 1, y >> 1);
}

/** Each pixel is the mean of four; the last column is repeated where there is no other, as is the last row by the caller. */
function halve(upper: usize, lower: usize, w: i32, out: usize): void {
  const plane = padded(w) * 4;
  const plane2 = padded((w + 1) >> 1) * 4;
  for (let c = 0; c < 6; c++) {
    if ((w & 1) == 1) {
      repeatLast(upper, w);
      repeatLast(lower, w);
    }
    for (let x = 0; x < w; x += 8) {
      const a = (<usize>x) * 4;
      const left = v128.add<f32>(v128.load(upper + a), v128.load(lower + a));
      const right = v128.add<f32>(v128.load(upper + a, 16), v128.load(lower + a, 16));
      const even = v128.shuffle<f32>(left, right, 0, 2, 4, 6);
      const odd = v128.shuffle<f32>(left, right, 1, 3, 5, 7);
      v128.store(out + (<usize>x) * 2, v128.mul<f32>(v128.add<f32>(even, odd), f32x4.splat(0.25)));
    }
    upper += plane;
    lower += plane;
    out += plane2;
  }
}

@inline
function repeatLast(row: usize, w: i32): void {
  store<f32>(row + (<usize>w) * 4, load<f32>(row + (<usize>w) * 4 - 4));
}

/** Cube roots of four numbers above 0, to the precision of a float, and the same on every machine. */
@inline
function cubeRoot(v: v128, guess: v128, aThird: v128): v128 {
  // A third of the bits is a guess (Kahan), 4 % off; bits / 4 * 5/4 * 17/16 is nearly that.
  let bits = v128.shr<i32>(v, 2);
  bits = v128.add<i32>(bits, v128.shr<i32>(bits, 2));
  bits = v128.add<i32>(bits, v128.shr<i32>(bits, 4));
  let y = v128.add<i32>(bits, guess);
  // A step of Halley's and one of Newton's.
  const cube = v128.mul<f32>(v128.mul<f32>(y, y), y);
  const above = v128.add<f32>(v128.add<f32>(v, v), cube);
  const below = v128.add<f32>(v128.add<f32>(cube, cube), v);
  y = v128.mul<f32>(y, v128.div<f32>(above, below));
  const error = v128.sub<f32>(y, v128.div<f32>(v, v128.mul<f32>(y, y)));
  return v128.sub<f32>(y, v128.mul<f32>(error, aThird));
}

/** Appends a row of both pictures to the inputs of its channels: X, Y and B, each from 0 to 1. */
function addToInputs(scale: i32, w: i32, y: i32): void {
  const guess = rootGuess, aThird = third;
  const plane = padded(w) * 4;
  const a = absorbedRow(scale, w, y);
  const b = a + plane * 3;
  const outX = inputAt(scale * 3, w, y);
  const outY = inputAt(scale * 3 + 1, w, y);
  const outB = inputAt(scale * 3 + 2, w, y);
  const toB = inputOfB(w);
  for (let x = 0; x < w; x += 4) {
    const p = (<usize>x) * 4;
    const al = cubeRoot(v128.load(a + p), guess, aThird);
    const am = cubeRoot(v128.load(a + plane + p), guess, aThird);
    const bl = cubeRoot(v128.load(b + p), guess, aThird);
    const bm = cubeRoot(v128.load(b + plane + p), guess, aThird);
    // Twice the brightness, without the offset.
    const ay = v128.add<f32>(al, am);
    const by = v128.add<f32>(bl, bm);
    // Beyond the last pixel there is nothing, as around the picture.
    const keep = x + 4 <= w ? i32x4.splat(-1) : tailMask(w - x);
    put(outY + p, ay, 0.5, 0.01 - biasRoot, keep);
    put(outY + toB + p, by, 0.5, 0.01 - biasRoot, keep);
    if (!isMeasured(scale, 0)) continue;
    put(outX + p, v128.sub<f32>(al, am), 7, 0.42, keep);
    put(outX + toB + p, v128.sub<f32>(bl, bm), 7, 0.42, keep);
    if (!isMeasured(scale, 2)) continue;
    const half = f32x4.splat(0.5);
    const as = cubeRoot(v128.load(a + plane * 2 + p), guess, aThird);
    const bs = cubeRoot(v128.load(b + plane * 2 + p), guess, aThird);
    put(outB + p, v128.sub<f32>(as, v128.mul<f32>(ay, half)), 1, 0.55, keep);
    put(outB + toB + p, v128.sub<f32>(bs, v128.mul<f32>(by, half)), 1, 0.55, keep);
  }
}

/** Where row `y` of picture a begins. */
@inline
function inputAt(at: i32, w: i32, y: i32): usize {
  return inputs[at] + (<usize>(y & (2 * lanes - 1))) * inputRow(w);
}

/** From a row of picture a to the same row of b. */
@inline
function inputOfB(w: i32): usize {
  return inputRow(w) * 2 * lanes;
}

/** What a channel is after it was scaled and moved. */
@inline
function put(out: usize, value: v128, factor: f32, offset: f32, keep: v128): void {
  const moved = v128.add<f32>(v128.mul<f32>(value, f32x4.splat(factor)), f32x4.splat(offset));
  v128.store(out, v128.and(keep, moved));
}

/** The first `count` of four lanes. */
function tailMask(count: i32): v128 {
  return v128.lt<i32>(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/** Four rows of a channel are there (or what the picture has of them): the four before them can be measured. */
function addGroup(at: i32, w: i32, h: i32, group: i32, isLast: bool): void {
  if (isLast) {
    for (let y = h; y < (group + 1) * lanes; y++) {
      memory.fill(inputAt(at, w, y), 0, padded(w) * 4);
      memory.fill(inputAt(at, w, y) + inputOfB(w), 0, padded(w) * 4);
    }
  }
  blurAcross(at, w, group);
  measureGroup(at, w, h, group - 1);
  if (!isLast) return;
  // Below the picture there is nothing.
  memory.fill(ringAt(at, w, group + 1), 0, ringGroup(w));
  measureGroup(at, w, h, group);
}

@inline
function ringAt(at: i32, w: i32, group: i32): usize {
  return rings[at] + (<usize>(group & (history - 1))) * ringGroup(w);
}

/** Blurs four rows from left to right, all quantities, into the ring. */
function blurAcross(at: i32, w: i32, group: i32): void {
  memory.fill(memoryAcross, 0, quantities * memorySize);
  memory.fill(columns, 0, history * quantities * block);
  const row = inputRow(w);
  const a = inputAt(at, w, group * lanes);
  const b = a + inputOfB(w);
  let to = ringAt(at, w, group);
  for (let x = -ahead; x < w; x += lanes) {
    const entering = columnsAt(x + ahead);
    const offset = <usize>((x + ahead) * 4);
    transpose(a + offset, row, entering);
    transpose(b + offset, row, entering + block);
    multiply(entering);
    blur(entering, columnsAt(x - lanes), columnsAt(x - 2 * lanes), memoryAcross);
    if (x < 0) continue;
    for (let quantity: usize = 0; quantity < quantities; quantity++) {
      transpose(blurred + block * quantity, vector, to);
      to += block;
    }
  }
}

/** Where the columns from `x` on are, all quantities. */
@inline
function columnsAt(x: i32): usize {
  return columns + (<usize>((x / lanes) & (history - 1))) * quantities * block;
}

/** Rows of four columns to columns of four rows, or back. */
@inline
function transpose(from: usize, stride: usize, to: usize): void {
  const r0 = v128.load(from), r1 = v128.load(from + stride);
  const r2 = v128.load(from + stride * 2), r3 = v128.load(from + stride * 3);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 16);
  v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 32);
  v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 48);
}

/** Adds the squares and the products of two blocks behind them. */
@inline
function multiply(from: usize): void {
  for (const end = from + block; from < end; from += vector) {
    const a = v128.load(from);
    const b = v128.load(from, 64);
    v128.store(from, v128.mul<f32>(a, a), 128);
    v128.store(from, v128.mul<f32>(b, b), 192);
    v128.store(from, v128.mul<f32>(a, b), 256);
  }
}

/**
 * Takes all quantities four steps on, into `blurred`. Four steps are a block of what enters; six pixels behind what comes
 * out are the second half of one block and the first of the next.
 */
@inline
function blur(entering: usize, left: usize, leftBefore: usize, state: usize): void {
  const i0 = input0, i1 = input1, i2 = input2, s = slowly, q = quickly;
  for (let to = blurred, end = to + quantities * block; to < end; to += block) {
    oscillate(
      v128.add<f32>(v128.load(leftBefore, 32), v128.load(entering)),
      v128.add<f32>(v128.load(leftBefore, 48), v128.load(entering, 16)),
      v128.add<f32>(v128.load(left), v128.load(entering, 32)),
      v128.add<f32>(v128.load(left, 16), v128.load(entering, 48)),
      state, to, i0, i1, i2, s, q);
    entering += block;
    left += block;
    leftBefore += block;
    state += memorySize;
  }
}

/** Takes the oscillators of a quantity four steps on, and stores the four vectors that come out. */
@inline
function oscillate(
  in0: v128, in1: v128, in2: v128, in3: v128, state: usize, out: usize,
  i0: v128, i1: v128, i2: v128, s: v128, q: v128,
): void {
  let before = v128.load(state), twoBefore = v128.load(state, 16);
  const a0 = swing(in0, before, twoBefore, i0, s);
  const a1 = swing(in1, a0, before, i0, s);
  const a2 = swing(in2, a1, a0, i0, s);
  const a3 = swing(in3, a2, a1, i0, s);
  v128.store(state, a3);
  v128.store(state, a2, 16);
  before = v128.load(state, 32), twoBefore = v128.load(state, 48);
  const b0 = swingQuickly(in0, before, twoBefore, i1, q);
  const b1 = swingQuickly(in1, b0, before, i1, q);
  const b2 = swingQuickly(in2, b1, b0, i1, q);
  const b3 = swingQuickly(in3, b2, b1, i1, q);
  v128.store(state, b3, 32);
  v128.store(state, b2, 48);
  const c0 = v128.sub<f32>(v128.mul<f32>(in0, i2), v128.load(state, 80));
  const c1 = v128.sub<f32>(v128.mul<f32>(in1, i2), v128.load(state, 64));
  const c2 = v128.sub<f32>(v128.mul<f32>(in2, i2), c0);
  const c3 = v128.sub<f32>(v128.mul<f32>(in3, i2), c1);
  v128.store(state, c3, 64);
  v128.store(state, c2, 80);
  v128.store(out, v128.add<f32>(a0, v128.add<f32>(b0, c0)));
  v128.store(out, v128.add<f32>(a1, v128.add<f32>(b1, c1)), 16);
  v128.store(out, v128.add<f32>(a2, v128.add<f32>(b2, c2)), 32);
  v128.store(out, v128.add<f32>(a3, v128.add<f32>(b3, c3)), 48);
}

/**
 * The reference has two fused multiplications here, which round but once each. There are none that are the same on every
 * machine; where what is multiplied is small, its own rounding hardly counts and the sum is the same.
 */
@inline
function swing(input: v128, before: v128, twoBefore: v128, gain: v128, s: v128): v128 {
  const change = v128.sub<f32>(v128.sub<f32>(before, twoBefore), v128.mul<f32>(before, s));
  return v128.add<f32>(v128.mul<f32>(input, gain), v128.add<f32>(before, change));
}

@inline
function swingQuickly(input: v128, before: v128, twoBefore: v128, gain: v128, q: v128): v128 {
  const past = v128.add<f32>(v128.sub<f32>(before, twoBefore), v128.mul<f32>(before, q));
  return v128.add<f32>(v128.mul<f32>(input, gain), past);
}

/**
 * Blurs four rows from top to bottom and adds their errors to the sums of their channel. The group before the first one
 * only sets the oscillators going.
 */
function measureGroup(at: i32, w: i32, h: i32, group: i32): void {
  const top = group * lanes;
  let entering = ringAt(at, w, group + 1);
  let left = ringAt(at, w, group - 1);
  let leftBefore = ringAt(at, w, group - 2);
  const measured = group < 0 ? 0 : min(lanes, h - top);
  const a = inputAt(at, w, top);
  const b = a + inputOfB(w);
  const row = inputRow(w);
  const mapOut = at == 1 && mapRow >= 0 ? map + (<usize>(top - mapRow)) * w * 4 : 0;
  const out = sums + at * sumsPerChannel * 8;
  const zero = f32x4.splat(0), one = f32x4.splat(1);
  const c = stabiliser;
  let state = memories[at];
  let e0 = zero, e1 = zero, e2 = zero, e3 = zero, e4 = zero, e5 = zero;
  for (let x = 0; x < w; x += 4) {
    blur(entering, left, leftBefore, state);
    entering += quantities * block;
    left += quantities * block;
    leftBefore += quantities * block;
    state += quantities * memorySize;
    const keep = x + 4 <= w ? i32x4.splat(-1) : tailMask(w - x);
    for (let y = 0; y < measured; y++) {
      const p = blurred + (<usize>y) * vector;
      const meanA = v128.load(p);
      const meanB = v128.load(p, 64);
      const varianceA = v128.sub<f32>(v128.load(p, 128), v128.mul<f32>(meanA, meanA));
      const varianceB = v128.sub<f32>(v128.load(p, 192), v128.mul<f32>(meanB, meanB));
      const covariance = v128.sub<f32>(v128.load(p, 256), v128.mul<f32>(meanA, meanB));
      // 1 - (1 - (mu_a - mu_b)^2) (2 cov + c2) / (var_a + var_b + c2)
      const apart = v128.sub<f32>(meanA, meanB);
      const luminance = v128.sub<f32>(one, v128.mul<f32>(apart, apart));
      const both = v128.add<f32>(v128.add<f32>(varianceA, varianceB), c);
      const common = v128.mul<f32>(luminance, v128.add<f32>(v128.add<f32>(covariance, covariance), c));
      const structure = v128.div<f32>(v128.sub<f32>(both, common), both);
      const r = v128.and(keep, v128.pmax<f32>(zero, structure));
      // (1 + |b - mu_b|) / (1 + |a - mu_a|) - 1
      const q = (<usize>y) * row + (<usize>x) * 4;
      const detailA = v128.abs<f32>(v128.sub<f32>(v128.load(a + q), meanA));
      const detailB = v128.abs<f32>(v128.sub<f32>(v128.load(b + q), meanB));
      const f = v128.and(keep, v128.div<f32>(v128.sub<f32>(detailB, detailA), v128.add<f32>(detailA, one)));
      const artefact = v128.pmax<f32>(zero, f);
      const loss = v128.sub<f32>(artefact, f);
      const r2 = v128.mul<f32>(r, r);
      const artefact2 = v128.mul<f32>(artefact, artefact);
      const loss2 = v128.mul<f32>(loss, loss);
      e0 = v128.add<f32>(e0, r);
      e1 = v128.add<f32>(e1, v128.mul<f32>(r2, r2));
      e2 = v128.add<f32>(e2, artefact);
      e3 = v128.add<f32>(e3, v128.mul<f32>(artefact2, artefact2));
      e4 = v128.add<f32>(e4, loss);
      e5 = v128.add<f32>(e5, v128.mul<f32>(loss2, loss2));
      if (mapOut != 0) {
        const squares = v128.add<f32>(v128.mul<f32>(meanA, meanA), v128.mul<f32>(meanB, meanB));
        const lost = v128.div<f32>(v128.mul<f32>(squares, f32x4.splat(rounding)), both);
        const seen = v128.pmax<f32>(zero, v128.sub<f32>(r, lost));
        putErrors(mapOut + (<usize>y) * w * 4, x, w, v128.add<f32>(seen, v128.add<f32>(artefact, loss)));
      }
    }
  }
  addLanes(out, e0);
  addLanes(out + 8, e1);
  addLanes(out + 16, e2);
  addLanes(out + 24, e3);
  addLanes(out + 32, e4);
  addLanes(out + 40, e5);
}

/** Of four errors those that lie in the row: beyond it is the next one. */
function putErrors(out: usize, x: i32, w: i32, errors: v128): void {
  const p = out + (<usize>x) * 4;
  if (x + 4 <= w) {
    v128.store(p, errors);
    return;
  }
  store<f32>(p, v128.extract_lane<f32>(errors, 0));
  if (x + 1 < w) store<f32>(p, v128.extract_lane<f32>(errors, 1), 4);
  if (x + 2 < w) store<f32>(p, v128.extract_lane<f32>(errors, 2), 8);
}

@inline
function addLanes(out: usize, value: v128): void {
  const sum =
    <f64>v128.extract_lane<f32>(value, 0) +
    <f64>v128.extract_lane<f32>(value, 1) +
    <f64>v128.extract_lane<f32>(value, 2) +
    <f64>v128.extract_lane<f32>(value, 3);
  store<f64>(out, load<f64>(out) + sum);
}
