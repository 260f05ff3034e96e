// SSIMULACRA2's maps for a strip of a picture, in AssemblyScript: compiled to WebAssembly with SIMD by bin/build-score.js.
// The algorithm is libjxl's (tools/ssimulacra2.cc, BSD-3), written anew; docs/decisions/0009 says what differs and why.
// All planes are 32-bit floats. A plane that is blurred has four zeros on both sides of each row, so that no loop asks
// where the edge is.

/** The Gaussian of the reference as a symmetric filter, centre outwards. */
const k0: f32 = 0.264621;
const k1: f32 = 0.212929;
const k2: f32 = 0.109335;
const k3: f32 = 0.036011;
const k4: f32 = 0.009414;

/** Keep the numerator and the denominator of the structural term from vanishing. */
const c2: f32 = 0.0009;
/** Of the opsin absorbance, so that black has a cube root with a slope. */
const bias: f32 = 0.0037930732552754493;
const biasRoot: f32 = 0.15595420054924863;

const scales = 5;
const sumsPerChannel = 6;

let width: i32 = 0;
let height: i32 = 0;
/** Pixels of both pictures as they come, and sRGB to linear light as a table of 256 floats. */
let bytesA: usize = 0;
let bytesB: usize = 0;
let table: usize = 0;
/** Linear light, three planes each; two of each, since a scale is made of the one before. */
let linear: StaticArray<usize> = [0, 0, 0, 0];
/** XYB with padding, three planes each. */
let xybA: usize = 0;
let xybB: usize = 0;
/** Nine rows of four blurred quantities, and four rows of zeros for what lies outside. */
let ring: usize = 0;
let zeros: usize = 0;
/** 5 scales x 3 channels x 6 sums, 64-bit floats. */
let sums: usize = 0;
/** Error of each pixel at the finest scale; written when it is asked for. */
let map: usize = 0;

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

/** Floats in a padded row. */
function strideOf(w: i32): i32 {
  return ((w + 3) & ~3) + 8;
}

/** Makes room for a strip of this size, with nothing summed up yet. Pointers are valid until the next call. */
export function prepare(w: i32, h: i32): void {
  width = w;
  height = h;
  const pixels = (<usize>w) * (<usize>h);
  const padded = (<usize>strideOf(w)) * (<usize>h) * 4;
  let next = (__heap_base + 63) & ~(<usize>63);
  bytesA = next;
  next += (pixels * 4 + 63) & ~(<usize>63);
  bytesB = next;
  next += (pixels * 4 + 63) & ~(<usize>63);
  table = next;
  next += 1024;
  sums = next;
  next += scales * 3 * sumsPerChannel * 8 + 16;
  for (let i = 0; i < 4; i++) {
    linear[i] = next;
    next += (pixels * 12 + 127) & ~(<usize>63);
  }
  xybA = next;
  next += padded * 3 + 64;
  xybB = next;
  next += padded * 3 + 64;
  ring = next;
  next += (<usize>strideOf(w)) * 4 * 4 * 9;
  zeros = next;
  next += (<usize>strideOf(w)) * 4 * 4;
  map = next;
  next += pixels * 4 + 64;
  const needed = <i32>((next + 0xffff) >> 16) - memory.size();
  if (needed > 0 && memory.grow(needed) < 0) unreachable();
  memory.fill(sums, 0, scales * 3 * sumsPerChannel * 8);
  memory.fill(zeros, 0, (<usize>strideOf(w)) * 4 * 4);
}

/**
 * Adds the errors of rows `from` to `to` (of the strip, at the finest scale) to the sums. `from` is a multiple of 32; what
 * lies around those rows is there for the blur.
 */
export function strip(channelsA: i32, channelsB: i32, background: i32, from: i32, to: i32, withMap: bool): void {
  toLinear(bytesA, channelsA, background, linear[0]);
  toLinear(bytesB, channelsB, background, linear[1]);
  let w = width;
  let h = height;
  let at = 0;
  for (let scale = 0; scale < scales; scale++) {
    if (w < 8 || h < 8) break;
    if (scale > 0) {
      halve(linear[at], linear[at ^ 2], w, h);
      halve(linear[at + 1], linear[(at + 1) ^ 2], w, h);
      at ^= 2;
      w = (w + 1) >> 1;
      h = (h + 1) >> 1;
    }
    // Only the brightness matters at the finest scale, and blue at the coarse ones: the other weights are (nearly) zero.
    const channels = scale == 0 ? 1 : scale < 3 ? 2 : 3;
    toXyb(linear[at], xybA, w, h, channels);
    toXyb(linear[at + 1], xybB, w, h, channels);
    const first = from >> scale;
    const last = min(h, (to + (1 << scale) - 1) >> scale);
    const plane = (<usize>strideOf(w)) * (<usize>h) * 4;
    for (let channel = 0; channel < 3; channel++) {
      if (channels == 1 && channel != 1) continue;
      if (channels == 2 && channel == 2) continue;
      compare(
        xybA + plane * channel,
        xybB + plane * channel,
        w,
        h,
        first,
        last,
        sums + (scale * 3 + channel) * sumsPerChannel * 8,
        withMap && scale == 0,
      );
    }
  }
}

/** Interleaved sRGB bytes (1, 3 or 4 channels) over a grey background to planes of linear light. */
function toLinear(bytes: usize, channels: i32, background: i32, out: usize): void {
  const pixels = width * height;
  const plane = (<usize>pixels) * 4;
  const green = channels == 1 ? 0 : 1;
  const blue = channels == 1 ? 0 : 2;
  for (let i = 0; i < pixels; i++) {
    const p = bytes + (<usize>i) * channels;
    let r = <i32>load<u8>(p);
    let g = <i32>load<u8>(p + green);
    let b = <i32>load<u8>(p + blue);
    if (channels == 4) {
      const alpha = <i32>load<u8>(p, 3);
      const behind = background * (255 - alpha) + 127;
      r = (r * alpha + behind) / 255;
      g = (g * alpha + behind) / 255;
      b = (b * alpha + behind) / 255;
    }
    const o = out + (<usize>i) * 4;
    store<f32>(o, load<f32>(table + r * 4));
    store<f32>(o + plane, load<f32>(table + g * 4));
    store<f32>(o + plane * 2, load<f32>(table + b * 4));
  }
}

/** Each pixel is the mean of four; the last row and column are repeated where there is no other. */
function halve(from: usize, to: usize, w: i32, h: i32): void {
  const w2 = (w + 1) >> 1;
  const h2 = (h + 1) >> 1;
  for (let c = 0; c < 3; c++) {
    const source = from + (<usize>c) * w * h * 4;
    const target = to + (<usize>c) * w2 * h2 * 4;
    for (let y = 0; y < h2; y++) {
      const upper = source + (<usize>(2 * y)) * w * 4;
      const lower = source + (<usize>min(2 * y + 1, h - 1)) * w * 4;
      const out = target + (<usize>y) * w2 * 4;
      let x = 0;
      for (; x + 4 <= w >> 1; x += 4) {
        const a = (<usize>x) * 8;
        const left = v128.add<f32>(v128.load(upper + a), v128.load(lower + a));
        const right = v128.add<f32>(v128.load(upper + a + 16), v128.load(lower + a + 16));
        const even = v128.shuffle<f32>(left, right, 0, 2, 4, 6);
        const odd = v128.shuffle<f32>(left, right, 1, 3, 5, 7);
        v128.store(out + (<usize>x) * 4, v128.mul<f32>(v128.add<f32>(even, odd), f32x4.splat(0.25)));
      }
      for (; x < w2; x++) {
        const l = (<usize>(2 * x)) * 4;
        const r = (<usize>min(2 * x + 1, w - 1)) * 4;
        const sum = load<f32>(upper + l) + load<f32>(lower + l) + load<f32>(upper + r) + load<f32>(lower + r);
        store<f32>(out + (<usize>x) * 4, sum * 0.25);
      }
    }
  }
}

/** Cube roots of four numbers of 0 or more: a guess from the exponent, then Newton's steps. The same on every machine. */
@inline
function cubeRoot(v: v128): v128 {
  const third = f32x4.splat(1.0 / 3.0);
  // bits / 3 + 0x2a514067 (Kahan); the division by a multiplication with floats is exact enough for a guess.
  const bits = i32x4.trunc_sat_f32x4_s(v128.mul<f32>(f32x4.convert_i32x4_s(v), third));
  let y = v128.add<i32>(bits, i32x4.splat(0x2a514067));
  for (let i = 0; i < 3; i++) {
    const square = v128.mul<f32>(y, y);
    y = v128.mul<f32>(v128.add<f32>(v128.add<f32>(y, y), v128.div<f32>(v, square)), third);
  }
  return y;
}

/** Linear light to XYB, padded; as many channels as are asked for (Y alone, X and Y, or all). */
function toXyb(from: usize, to: usize, w: i32, h: i32, channels: i32): void {
  const plane = (<usize>w) * h * 4;
  const stride = (<usize>strideOf(w)) * 4;
  const padded = stride * h;
  const root = f32x4.splat(biasRoot);
  const zero = f32x4.splat(0);
  for (let y = 0; y < h; y++) {
    const source = from + (<usize>y) * w * 4;
    const target = to + stride * y;
    memory.fill(target + padded, 0, stride);
    if (channels > 1) memory.fill(target, 0, stride);
    if (channels > 2) memory.fill(target + padded * 2, 0, stride);
    for (let x = 0; x < w; x += 4) {
      const p = source + (<usize>x) * 4;
      const r = v128.load(p);
      const g = v128.load(p + plane);
      const b = v128.load(p + plane * 2);
      const l = absorb(r, g, b, 0.3, 0.622, 0.078);
      const m = absorb(r, g, b, 0.23, 0.692, 0.078);
      const lr = v128.sub<f32>(cubeRoot(v128.max<f32>(l, zero)), root);
      const mr = v128.sub<f32>(cubeRoot(v128.max<f32>(m, zero)), root);
      const half = f32x4.splat(0.5);
      const brightness = v128.mul<f32>(half, v128.add<f32>(lr, mr));
      // Beyond the last pixel there is nothing, as around the picture.
      const keep = x + 4 <= w ? i32x4.splat(-1) : tailMask(w - x);
      const o = target + 16 + (<usize>x) * 4;
      v128.store(o + padded, v128.and(keep, v128.add<f32>(brightness, f32x4.splat(0.01))));
      if (channels == 1) continue;
      const opponent = v128.mul<f32>(half, v128.sub<f32>(lr, mr));
      v128.store(o, v128.and(keep, v128.add<f32>(v128.mul<f32>(opponent, f32x4.splat(14)), f32x4.splat(0.42))));
      if (channels == 2) continue;
      const s = absorb(r, g, b, 0.24342268924547819, 0.20476744424496821, 0.5518098665095536);
      const sr = v128.sub<f32>(cubeRoot(v128.max<f32>(s, zero)), root);
      v128.store(o + padded * 2, v128.and(keep, v128.add<f32>(v128.sub<f32>(sr, brightness), f32x4.splat(0.55))));
    }
  }
}

@inline
function absorb(r: v128, g: v128, b: v128, kr: f32, kg: f32, kb: f32): v128 {
  const red = v128.mul<f32>(r, f32x4.splat(kr));
  const green = v128.mul<f32>(g, f32x4.splat(kg));
  const blue = v128.mul<f32>(b, f32x4.splat(kb));
  return v128.add<f32>(v128.add<f32>(red, green), v128.add<f32>(blue, f32x4.splat(bias)));
}

/** The first `count` of four lanes. */
function tailMask(count: i32): v128 {
  return v128.lt<i32>(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

@inline
function weigh(centre: v128, one: v128, two: v128, three: v128, four: v128): v128 {
  const near = v128.add<f32>(v128.mul<f32>(centre, f32x4.splat(k0)), v128.mul<f32>(one, f32x4.splat(k1)));
  const middle = v128.add<f32>(v128.mul<f32>(two, f32x4.splat(k2)), v128.mul<f32>(three, f32x4.splat(k3)));
  return v128.add<f32>(v128.add<f32>(near, middle), v128.mul<f32>(four, f32x4.splat(k4)));
}

/** Blurs a row of both pictures, of the sum of their squares and of their product from left to right. */
function blurRow(a: usize, b: usize, out: usize, w: i32, stride: usize): void {
  for (let x = 0; x < w; x += 4) {
    const p = a + 16 + (<usize>x) * 4;
    const q = b + 16 + (<usize>x) * 4;
    const a0 = v128.load(p);
    const b0 = v128.load(q);
    let al = v128.load(p - 4), ar = v128.load(p + 4), bl = v128.load(q - 4), br = v128.load(q + 4);
    const a1 = v128.add<f32>(al, ar), b1 = v128.add<f32>(bl, br);
    const s1 = squares(al, ar, bl, br), p1 = products(al, ar, bl, br);
    al = v128.load(p - 8), ar = v128.load(p + 8), bl = v128.load(q - 8), br = v128.load(q + 8);
    const a2 = v128.add<f32>(al, ar), b2 = v128.add<f32>(bl, br);
    const s2 = squares(al, ar, bl, br), p2 = products(al, ar, bl, br);
    al = v128.load(p - 12), ar = v128.load(p + 12), bl = v128.load(q - 12), br = v128.load(q + 12);
    const a3 = v128.add<f32>(al, ar), b3 = v128.add<f32>(bl, br);
    const s3 = squares(al, ar, bl, br), p3 = products(al, ar, bl, br);
    al = v128.load(p - 16), ar = v128.load(p + 16), bl = v128.load(q - 16), br = v128.load(q + 16);
    const a4 = v128.add<f32>(al, ar), b4 = v128.add<f32>(bl, br);
    const s4 = squares(al, ar, bl, br), p4 = products(al, ar, bl, br);
    const s0 = v128.add<f32>(v128.mul<f32>(a0, a0), v128.mul<f32>(b0, b0));
    const o = out + (<usize>x) * 4;
    v128.store(o, weigh(a0, a1, a2, a3, a4));
    v128.store(o + stride, weigh(b0, b1, b2, b3, b4));
    v128.store(o + stride * 2, weigh(s0, s1, s2, s3, s4));
    v128.store(o + stride * 3, weigh(v128.mul<f32>(a0, b0), p1, p2, p3, p4));
  }
}

@inline
function squares(al: v128, ar: v128, bl: v128, br: v128): v128 {
  const left = v128.add<f32>(v128.mul<f32>(al, al), v128.mul<f32>(bl, bl));
  return v128.add<f32>(left, v128.add<f32>(v128.mul<f32>(ar, ar), v128.mul<f32>(br, br)));
}

@inline
function products(al: v128, ar: v128, bl: v128, br: v128): v128 {
  return v128.add<f32>(v128.mul<f32>(al, bl), v128.mul<f32>(ar, br));
}

/** A blurred row of the ring; 0 where there is none. */
@inline
function ringRow(y: i32, h: i32, stride: usize): usize {
  return y < 0 || y >= h ? 0 : ring + (<usize>(y % 9)) * stride * 4;
}

@inline
function column(offset: usize, r0: usize, u1: usize, d1: usize, u2: usize, d2: usize, u3: usize, d3: usize, u4: usize, d4: usize): v128 {
  return weigh(
    v128.load(r0 + offset),
    v128.add<f32>(v128.load(u1 + offset), v128.load(d1 + offset)),
    v128.add<f32>(v128.load(u2 + offset), v128.load(d2 + offset)),
    v128.add<f32>(v128.load(u3 + offset), v128.load(d3 + offset)),
    v128.add<f32>(v128.load(u4 + offset), v128.load(d4 + offset)),
  );
}

/** Sums the structural error and the artefact and blur errors of rows `first` to `last` of one channel, and their 4th powers. */
function compare(a: usize, b: usize, w: i32, h: i32, first: i32, last: i32, out: usize, withMap: bool): void {
  const stride = (<usize>strideOf(w)) * 4;
  let blurred = max(0, first - 4);
  for (let y = first; y < last; y++) {
    const until = min(h, y + 5);
    for (; blurred < until; blurred++) {
      blurRow(a + stride * blurred, b + stride * blurred, ringRow(blurred, h, stride), w, stride);
    }
    const r0 = ringRow(y, h, stride);
    const u1 = orZeros(ringRow(y - 1, h, stride)), d1 = orZeros(ringRow(y + 1, h, stride));
    const u2 = orZeros(ringRow(y - 2, h, stride)), d2 = orZeros(ringRow(y + 2, h, stride));
    const u3 = orZeros(ringRow(y - 3, h, stride)), d3 = orZeros(ringRow(y + 3, h, stride));
    const u4 = orZeros(ringRow(y - 4, h, stride)), d4 = orZeros(ringRow(y + 4, h, stride));
    const rowA = a + stride * y + 16;
    const rowB = b + stride * y + 16;
    const one = f32x4.splat(1);
    const zero = f32x4.splat(0);
    let e0 = zero, e1 = zero, e2 = zero, e3 = zero, e4 = zero, e5 = zero;
    for (let x = 0; x < w; x += 4) {
      const o = (<usize>x) * 4;
      const mu = column(o, r0, u1, d1, u2, d2, u3, d3, u4, d4);
      const nu = column(o + stride, r0, u1, d1, u2, d2, u3, d3, u4, d4);
      const s = column(o + stride * 2, r0, u1, d1, u2, d2, u3, d3, u4, d4);
      const p = column(o + stride * 3, r0, u1, d1, u2, d2, u3, d3, u4, d4);
      const difference = v128.sub<f32>(mu, nu);
      const luminance = v128.sub<f32>(one, v128.mul<f32>(difference, difference));
      const covariance = v128.sub<f32>(p, v128.mul<f32>(mu, nu));
      const structure = v128.add<f32>(v128.add<f32>(covariance, covariance), f32x4.splat(c2));
      const variance = v128.sub<f32>(s, v128.add<f32>(v128.mul<f32>(mu, mu), v128.mul<f32>(nu, nu)));
      const ratio = v128.div<f32>(v128.mul<f32>(luminance, structure), v128.add<f32>(variance, f32x4.splat(c2)));
      const keep = x + 4 <= w ? i32x4.splat(-1) : tailMask(w - x);
      const r = v128.and(keep, v128.max<f32>(zero, v128.sub<f32>(one, ratio)));
      const detailA = v128.add<f32>(one, v128.abs<f32>(v128.sub<f32>(v128.load(rowA + o), mu)));
      const detailB = v128.add<f32>(one, v128.abs<f32>(v128.sub<f32>(v128.load(rowB + o), nu)));
      const f = v128.and(keep, v128.sub<f32>(v128.div<f32>(detailB, detailA), one));
      const artefact = v128.max<f32>(f, zero);
      const loss = v128.max<f32>(v128.neg<f32>(f), zero);
      const r2 = v128.mul<f32>(r, r);
      const artefact2 = v128.mul<f32>(artefact, artefact);
      const loss2 = v128.mul<f32>(loss, loss);
      e0 = v128.add<f32>(e0, r);
      e1 = v128.add<f32>(e1, v128.mul<f32>(r2, r2));
      e2 = v128.add<f32>(e2, artefact);
      e3 = v128.add<f32>(e3, v128.mul<f32>(artefact2, artefact2));
      e4 = v128.add<f32>(e4, loss);
      e5 = v128.add<f32>(e5, v128.mul<f32>(loss2, loss2));
      if (withMap) writeMap((<usize>y) * w + x, min(4, w - x), v128.add<f32>(r, v128.add<f32>(artefact, loss)));
    }
    addLanes(out, e0);
    addLanes(out + 8, e1);
    addLanes(out + 16, e2);
    addLanes(out + 24, e3);
    addLanes(out + 32, e4);
    addLanes(out + 40, e5);
  }
}

@inline
function orZeros(row: usize): usize {
  return row == 0 ? zeros : row;
}

function writeMap(index: usize, count: i32, value: v128): void {
  const o = map + index * 4;
  if (count == 4) {
    v128.store(o, value);
    return;
  }
  store<f32>(o, v128.extract_lane<f32>(value, 0));
  if (count > 1) store<f32>(o + 4, v128.extract_lane<f32>(value, 1));
  if (count > 2) store<f32>(o + 8, v128.extract_lane<f32>(value, 2));
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
