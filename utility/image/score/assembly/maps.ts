// SSIMULACRA2's errors, summed up, in AssemblyScript: compiled to WebAssembly with SIMD by bin/build-score.js.
// The algorithm is libjxl's (tools/ssimulacra2.cc, BSD-3), written anew; docs/decisions/0009 says what differs and why.
//
// Two pictures come in row by row, and every scale keeps only the rows that its blur looks at, so that all of it stays in
// the processor's cache. All samples are 32-bit floats. Instead of the pictures a and b, their sum and their difference
// are blurred: both are as many, and nearly equal pictures lose no precision.

/** The Gaussian of the reference as a symmetric filter, centre outwards. */
const k0: f32 = 0.264621105;
const k1: f32 = 0.212928592;
const k2: f32 = 0.109335373;
const k3: f32 = 0.036011115;
const k4: f32 = 0.009414368;
/** Pixels that the filter reaches to each side. */
const reach = 4;
/** Rows that it looks at. */
const window = 9;

/** Keeps the denominator of the structural term from vanishing; twice, as the sum of two pictures has twice the variance. */
const c2: f32 = 2 * 0.0009;
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
/** Of each channel at each scale: the last rows, four sums then four differences in turn. */
const rings: StaticArray<usize> = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/** A row of a ring that lies outside of the picture. */
let zeros: usize = 0;
/** Constants as vectors, set by `prepare`: loops keep them in registers, while V8 builds a literal anew at each use. */
let weight0 = i64x2.splat(0);
let weight1 = i64x2.splat(0);
let weight2 = i64x2.splat(0);
let weight3 = i64x2.splat(0);
let weight4 = i64x2.splat(0);
let stabiliser = i64x2.splat(0);
let rootGuess = i64x2.splat(0);
let third = i64x2.splat(0);
/** A row blurred from top to bottom: sums, differences and the squares of both, one after the other. */
let column: usize = 0;
/** 5 scales x 3 channels x 6 sums, 64-bit floats. */
let sums: usize = 0;
/** Error of each pixel at the finest scale, of the rows that were finished last; written when it is asked for. */
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

/** Bytes of a row of a ring. */
function ringRow(w: i32): usize {
  return padded(w) * 8;
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
  zeros = next;
  next += ringRow(w);
  column = next;
  next += 4 * blurredRow(w) + 64;
  for (let scale = 0; scale < scales; scale++) {
    absorbed[scale] = next;
    next += padded(w) * 4 * 12;
    for (let channel = 0; channel < 3; channel++) {
      rings[scale * 3 + channel] = next;
      if (isMeasured(scale, channel)) next += ringRow(w) * window;
    }
    w = (w + 1) >> 1;
  }
  bytesA = next;
  next += (<usize>rowsAtOnce) * width * 4 + 64;
  bytesB = next;
  next += (<usize>rowsAtOnce) * width * 4 + 64;
  map = next;
  next += (<usize>(rowsAtOnce + reach)) * width * 4 + 64;
  const needed = <i32>((next + 0xffff) >> 16) - memory.size();
  if (needed > 0 && memory.grow(needed) < 0) unreachable();
  memory.fill(sums, 0, bytesA - sums);
  weight0 = f32x4.splat(k0);
  weight1 = f32x4.splat(k1);
  weight2 = f32x4.splat(k2);
  weight3 = f32x4.splat(k3);
  weight4 = f32x4.splat(k4);
  stabiliser = f32x4.splat(c2);
  rootGuess = i32x4.splat(0x2a6497f8);
  third = f32x4.splat(1.0 / 3.0);
}

/** Bytes of a blurred row, with room for the filter on both sides. */
function blurredRow(w: i32): usize {
  return padded(w) * 4 + 2 * reach * 4;
}

/** Only the brightness matters at the finest scale, and blue at the coarse ones: the other weights are (nearly) zero. */
@inline
function isMeasured(scale: i32, channel: i32): bool {
  return channel == 1 || (scale > 0 && channel == 0) || scale > 2;
}

/** Takes the next rows of both pictures. All but the last `reach` rows of what has come are then in the sums. */
export function addRows(count: i32, channelsA: i32, channelsB: i32, background: i32, withMap: bool): void {
  mapRow = withMap ? max(0, rows - reach) : -1;
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
  addToRings(scale, w, y);
  const isLast = y == h - 1;
  for (let channel = 0; channel < 3; channel++) {
    if (!isMeasured(scale, channel)) continue;
    const until = isLast ? h : y - reach + 1;
    for (let done = max(0, y - reach); done < until; done++) measureRow(scale, channel, w, h, done);
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

/** Appends sum and difference of a row of both pictures to the rings of its channels: X, Y and B, each from 0 to 1. */
function addToRings(scale: i32, w: i32, y: i32): void {
  const guess = rootGuess, aThird = third;
  const plane = padded(w) * 4;
  const a = absorbedRow(scale, w, y);
  const b = a + plane * 3;
  const at = (<usize>(y % window)) * ringRow(w);
  const outX = rings[scale * 3] + at;
  const outY = rings[scale * 3 + 1] + at;
  const outB = rings[scale * 3 + 2] + at;
  for (let x = 0; x < w; x += 4) {
    const p = (<usize>x) * 4;
    const o = (<usize>x) * 8;
    const al = cubeRoot(v128.load(a + p), guess, aThird);
    const am = cubeRoot(v128.load(a + plane + p), guess, aThird);
    const bl = cubeRoot(v128.load(b + p), guess, aThird);
    const bm = cubeRoot(v128.load(b + plane + p), guess, aThird);
    // Twice the brightness, without the offset.
    const ay = v128.add<f32>(al, am);
    const by = v128.add<f32>(bl, bm);
    // Beyond the last pixel there is nothing, as around the picture.
    const keep = x + 4 <= w ? i32x4.splat(-1) : tailMask(w - x);
    put(outY + o, ay, by, 0.5, 0.01 - biasRoot, keep);
    if (!isMeasured(scale, 0)) continue;
    put(outX + o, v128.sub<f32>(al, am), v128.sub<f32>(bl, bm), 7, 0.42, keep);
    if (!isMeasured(scale, 2)) continue;
    const half = f32x4.splat(0.5);
    const as = cubeRoot(v128.load(a + plane * 2 + p), guess, aThird);
    const bs = cubeRoot(v128.load(b + plane * 2 + p), guess, aThird);
    put(
      outB + o,
      v128.sub<f32>(as, v128.mul<f32>(ay, half)),
      v128.sub<f32>(bs, v128.mul<f32>(by, half)),
      1,
      0.55,
      keep,
    );
  }
}

/** Sum and difference of what two channels are after they were scaled and moved. */
@inline
function put(out: usize, a: v128, b: v128, factor: f32, offset: f32, keep: v128): void {
  const sum = v128.add<f32>(v128.mul<f32>(v128.add<f32>(a, b), f32x4.splat(factor)), f32x4.splat(2 * offset));
  const difference = v128.mul<f32>(v128.sub<f32>(a, b), f32x4.splat(factor));
  v128.store(out, v128.and(keep, sum));
  v128.store(out, v128.and(keep, difference), 16);
}

/** The first `count` of four lanes. */
function tailMask(count: i32): v128 {
  return v128.lt<i32>(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/** Adds the errors of row `y` of a channel to its sums. */
function measureRow(scale: i32, channel: i32, w: i32, h: i32, y: i32): void {
  const ring = rings[scale * 3 + channel];
  blurDown(ring, w, h, y);
  blurAcross(w);
  const out = sums + (scale * 3 + channel) * sumsPerChannel * 8;
  const centre = ring + (<usize>(y % window)) * ringRow(w);
  sumRow(centre, w, out, scale > 0 || mapRow < 0 ? 0 : map + (<usize>(y - mapRow)) * w * 4);
}

@inline
function rowOrZeros(ring: usize, w: i32, h: i32, y: i32): usize {
  return y < 0 || y >= h ? zeros : ring + (<usize>(y % window)) * ringRow(w);
}

@inline
function weigh(sum: v128, a: v128, b: v128, weight: v128): v128 {
  return v128.add<f32>(sum, v128.mul<f32>(v128.add<f32>(a, b), weight));
}

/** Blurs row `y` from top to bottom: sums, differences and their squares, into `column`. */
function blurDown(ring: usize, w: i32, h: i32, y: i32): void {
  const r0 = rowOrZeros(ring, w, h, y);
  const u1 = rowOrZeros(ring, w, h, y - 1), d1 = rowOrZeros(ring, w, h, y + 1);
  const u2 = rowOrZeros(ring, w, h, y - 2), d2 = rowOrZeros(ring, w, h, y + 2);
  const u3 = rowOrZeros(ring, w, h, y - 3), d3 = rowOrZeros(ring, w, h, y + 3);
  const u4 = rowOrZeros(ring, w, h, y - 4), d4 = rowOrZeros(ring, w, h, y + 4);
  const w0 = weight0, w1 = weight1, w2 = weight2, w3 = weight3, w4 = weight4;
  const stride = blurredRow(w);
  const end = ringRow(w);
  for (let part: usize = 0; part < 2; part++) {
    let out = column + reach * 4 + part * stride;
    for (let o = part * 16; o < end; o += 32) {
      const v0 = v128.load(r0 + o);
      let plain = v128.mul<f32>(v0, w0);
      let square = v128.mul<f32>(v0, plain);
      let u = v128.load(u1 + o), d = v128.load(d1 + o);
      plain = weigh(plain, u, d, w1);
      square = weigh(square, v128.mul<f32>(u, u), v128.mul<f32>(d, d), w1);
      u = v128.load(u2 + o), d = v128.load(d2 + o);
      plain = weigh(plain, u, d, w2);
      square = weigh(square, v128.mul<f32>(u, u), v128.mul<f32>(d, d), w2);
      u = v128.load(u3 + o), d = v128.load(d3 + o);
      plain = weigh(plain, u, d, w3);
      square = weigh(square, v128.mul<f32>(u, u), v128.mul<f32>(d, d), w3);
      u = v128.load(u4 + o), d = v128.load(d4 + o);
      plain = weigh(plain, u, d, w4);
      square = weigh(square, v128.mul<f32>(u, u), v128.mul<f32>(d, d), w4);
      v128.store(out, plain);
      v128.store(out + stride * 2, square);
      out += 16;
    }
  }
}

/** Blurs `column` from left to right in its place: pixel x comes to lie at x, without the room on the left. */
function blurAcross(w: i32): void {
  const w0 = weight0, w1 = weight1, w2 = weight2, w3 = weight3, w4 = weight4;
  const stride = blurredRow(w);
  // Room for the filter on both sides, where an earlier row may have left something.
  for (let row = column; row < column + stride * 4; row += stride) {
    v128.store(row, f32x4.splat(0));
    v128.store(row + stride - reach * 4, f32x4.splat(0));
  }
  for (let p = column; p < column + stride * 4; p += 16) {
    let sum = v128.mul<f32>(v128.load(p, 16), w0);
    sum = weigh(sum, v128.load(p, 12), v128.load(p, 20), w1);
    sum = weigh(sum, v128.load(p, 8), v128.load(p, 24), w2);
    sum = weigh(sum, v128.load(p, 4), v128.load(p, 28), w3);
    v128.store(p, weigh(sum, v128.load(p), v128.load(p, 32), w4));
  }
}

/** Sums the structural error and the artefact and blur errors of a row, and their 4th powers. */
function sumRow(centre: usize, w: i32, out: usize, mapOut: usize): void {
  const stride = blurredRow(w);
  const zero = f32x4.splat(0);
  const c = stabiliser, two = f32x4.splat(2);
  let e0 = zero, e1 = zero, e2 = zero, e3 = zero, e4 = zero, e5 = zero;
  for (let x = 0; x < w; x += 4) {
    const p = column + (<usize>x) * 4;
    const sum = v128.load(p);
    const difference = v128.load(p + stride);
    const sum2 = v128.load(p + stride * 2);
    const difference2 = v128.load(p + stride * 3);
    // 1 - (1 - (mu_a - mu_b)^2) (2 cov + c2) / (var_a + var_b + c2), where var_a + var_b - 2 cov = var(a - b).
    const luminance = v128.mul<f32>(difference, difference);
    const variance = v128.sub<f32>(difference2, luminance);
    const both = v128.add<f32>(v128.sub<f32>(sum2, v128.mul<f32>(sum, sum)), v128.add<f32>(variance, c));
    const ratio = v128.div<f32>(v128.add<f32>(variance, variance), both);
    const structure = v128.add<f32>(luminance, v128.sub<f32>(ratio, v128.mul<f32>(luminance, ratio)));
    const keep = x + 4 <= w ? i32x4.splat(-1) : tailMask(w - x);
    const r = v128.and(keep, v128.max<f32>(zero, structure));
    // (1 + |b - mu_b|) / (1 + |a - mu_a|) - 1, where 2a = sum + difference and 2b = sum - difference.
    const q = centre + (<usize>x) * 8;
    const u = v128.sub<f32>(v128.load(q), sum);
    const v = v128.sub<f32>(v128.load(q, 16), difference);
    const detailA = v128.abs<f32>(v128.add<f32>(u, v));
    const detailB = v128.abs<f32>(v128.sub<f32>(u, v));
    const f = v128.and(keep, v128.div<f32>(v128.sub<f32>(detailB, detailA), v128.add<f32>(detailA, two)));
    const artefact = v128.max<f32>(f, zero);
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
    // What goes beyond the row is overwritten by the next one.
    if (mapOut != 0) v128.store(mapOut + (<usize>x) * 4, v128.add<f32>(r, v128.add<f32>(artefact, loss)));
  }
  addLanes(out, e0);
  addLanes(out + 8, e1);
  addLanes(out + 16, e2);
  addLanes(out + 24, e3);
  addLanes(out + 32, e4);
  addLanes(out + 40, e5);
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
