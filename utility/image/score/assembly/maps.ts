// SSIMULACRA2's maps, in AssemblyScript: compiled to WebAssembly with SIMD by bin/build-score.js. The algorithm is libjxl's
// (tools/ssimulacra2.cc, BSD-3), written anew; docs/decisions/0009 says what differs and why.
//
// Pictures come in bands of rows and flow through all scales at once: each row of linear light is turned to XYB, kept until
// the nine rows are there that a blur needs, and halved with its neighbour to a row of the next scale. So nothing grows
// with the height of a picture, and what is worked on stays in the processor's cache. All rows are 32-bit floats.

// Constants of vectors lie in memory, as one number each: from there they are a single load, while V8 puts one that is in
// the code together anew at each use.

/** The Gaussian of the reference as a symmetric filter, centre outwards. */
const gauss = memory.data<f32>([0.264621, 0.212929, 0.109335, 0.036011, 0.009414]);
/** Rows that the filter sees. */
const taps = 9;

/** Keeps the numerator and the denominator of the structural term from vanishing. */
const c2 = memory.data<f32>([0.0009]);
/** Opsin absorbance of red, green and blue, of which the short waves have their own. */
const long = memory.data<f32>([0.3, 0.622]);
const middle = memory.data<f32>([0.23, 0.692]);
const blueShare = memory.data<f32>([0.078]);
const short = memory.data<f32>([0.24342268924547819, 0.20476744424496821, 0.5518098665095536]);
/** So that black has a cube root with a slope. */
const bias = memory.data<f32>([0.0037930732552754493]);
/** What is added to X, Y and B; to Y also what the root of the bias takes off. */
const offsets = memory.data<f32>([0.42, 0.01 - 0.15595420054924863, 0.55]);
/** For the cube root: a guess of 1 / root from the exponent, and the polynomial that mends it. */
const minusThird = memory.data<i32>([0x55550000, 0x54a1c000]);
const mending = memory.data<f32>([0.66665077, 0.55555376, 0.49964079, 0.45633662]);
const quarter = memory.data<f32>([0.25]);
const half = memory.data<f32>([0.5]);
const one = memory.data<f32>([1]);
const seven = memory.data<f32>([7]);
const lanes = memory.data<i32>([0, 1, 2, 3]);

@inline
function all(constant: usize): v128 {
  return v128.load32_splat(constant);
}

const scales = 5;
const sumsPerChannel = 6;

/** Scales of this picture, and for each the size, the rows that came and where its rows are. */
let count: i32 = 0;
const widths: StaticArray<i32> = [0, 0, 0, 0, 0];
const heights: StaticArray<i32> = [0, 0, 0, 0, 0];
const seen: StaticArray<i32> = [0, 0, 0, 0, 0];
/** Two rows of linear light of both pictures, three channels each. */
const linear: StaticArray<usize> = [0, 0, 0, 0, 0];
/**
 * For each channel nine rows of four quantities: both pictures in XYB, the sum of their squares and their product, four
 * pixels of each in turn.
 */
const rings: StaticArray<usize> = [0, 0, 0, 0, 0];

/** A band of both pictures as it comes, and sRGB to linear light as a table of 256 floats. */
let bytesA: usize = 0;
let bytesB: usize = 0;
let table: usize = 0;
let channelsOfA: i32 = 0;
let channelsOfB: i32 = 0;
let grey: i32 = 0;
/** The four quantities of a row, blurred from top to bottom, with four zeros on both sides. */
let column: usize = 0;
/** 5 scales x 3 channels x 6 sums, 64-bit floats. */
let sums: usize = 0;
/** Error of each pixel at the finest scale, if it is asked for: the rows that the last band completed. */
let map: usize = 0;
let isMapped: bool = false;
let mapRows: i32 = 0;

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

/** Bytes of a row, to whole vectors. */
@inline
function strideOf(w: i32): usize {
  return ((<usize>w) * 4 + 15) & ~(<usize>15);
}

/** Only brightness matters at the finest scale, and blue at the coarse ones: the other weights are (nearly) zero. */
@inline
function channelsAt(scale: i32): i32 {
  return scale == 0 ? 1 : scale < 3 ? 2 : 3;
}

/**
 * Makes room for bands of `band` rows, with nothing seen or summed up yet. Pointers are valid until the next call.
 * Where a picture is transparent it lies over the grey `background`.
 */
export function prepare(w: i32, h: i32, band: i32, channelsA: i32, channelsB: i32, background: i32, withMap: bool): void {
  channelsOfA = channelsA;
  channelsOfB = channelsB;
  grey = background;
  isMapped = withMap;
  table = (__heap_base + 63) & ~(<usize>63);
  sums = table + 1024;
  column = sums + scales * 3 * sumsPerChannel * 8 + 16;
  let next = column + (strideOf(w) + 32) * 4;
  const start = sums;
  count = 0;
  for (let scale = 0; scale < scales; scale++) {
    if (scale > 0) {
      if (w < 8 || h < 8) break;
      w = (w + 1) >> 1;
      h = (h + 1) >> 1;
    }
    count++;
    widths[scale] = w;
    heights[scale] = h;
    seen[scale] = 0;
    linear[scale] = next;
    next += strideOf(w) * 12;
    rings[scale] = next;
    next += strideOf(w) * 4 * taps * channelsAt(scale);
  }
  const end = next;
  const pixels = (<usize>widths[0]) * band;
  bytesA = next;
  next += pixels * channelsA + 64;
  bytesB = next;
  next += pixels * channelsB + 64;
  map = (next + 63) & ~(<usize>63);
  next = map + (withMap ? strideOf(widths[0]) * (band + 4) : 0);
  const needed = <i32>((next + 0xffff) >> 16) - memory.size();
  if (needed > 0 && memory.grow(needed) < 0) unreachable();
  memory.fill(start, 0, end - start);
}

/** Takes the next rows of both pictures. Returns how many rows the map has now. */
export function take(rows: i32): i32 {
  const w = widths[0];
  mapRows = 0;
  for (let y = 0; y < rows; y++) {
    const to = linear[0] + (seen[0] & 1 ? strideOf(w) * 6 : 0);
    toLinear(bytesA + (<usize>y) * w * channelsOfA, channelsOfA, to, w);
    toLinear(bytesB + (<usize>y) * w * channelsOfB, channelsOfB, to + strideOf(w) * 3, w);
    takeRow(0);
  }
  if (seen[0] == heights[0]) for (let scale = 0; scale < count; scale++) finish(scale);
  return mapRows;
}

/** The next row of a scale lies in `linear`. */
function takeRow(scale: i32): void {
  const w = widths[scale];
  const y = seen[scale]++;
  const odd = y & 1;
  toXyb(linear[scale] + (odd ? strideOf(w) * 6 : 0), ringRow(scale, y), w, channelsAt(scale));
  if (y >= 4) compareRow(scale, y - 4);
  if (odd) halveRows(scale, linear[scale] + strideOf(w) * 6);
}

/** Below the last row there is nothing, which the blur sees as zeros; for halving the last row is repeated. */
function finish(scale: i32): void {
  const h = heights[scale];
  if (h & 1) halveRows(scale, linear[scale]);
  for (let y = h; y < h + 4; y++) {
    memory.fill(ringRow(scale, y), 0, strideOf(widths[scale]) * 4 * channelsAt(scale));
    if (y >= 4) compareRow(scale, y - 4);
  }
}

/** Where the channels of a row are in the ring; each has four quantities. */
@inline
function ringRow(scale: i32, y: i32): usize {
  return rings[scale] + strideOf(widths[scale]) * 4 * channelsAt(scale) * ((y + taps) % taps);
}

/** Interleaved sRGB bytes (1, 3 or 4 channels) to three rows of linear light. */
function toLinear(bytes: usize, channels: i32, out: usize, w: i32): void {
  const stride = strideOf(w);
  const green = channels == 1 ? 0 : 1;
  const blue = channels == 1 ? 0 : 2;
  const end = bytes + w * channels;
  for (let p = bytes; p < end; p += channels) {
    let r = <i32>load<u8>(p);
    let g = <i32>load<u8>(p + green);
    let b = <i32>load<u8>(p + blue);
    if (channels == 4) {
      const alpha = <i32>load<u8>(p, 3);
      if (alpha < 255) {
        const behind = grey * (255 - alpha) + 127;
        r = (r * alpha + behind) / 255;
        g = (g * alpha + behind) / 255;
        b = (b * alpha + behind) / 255;
      }
    }
    store<f32>(out, load<f32>(table + r * 4));
    store<f32>(out + stride, load<f32>(table + g * 4));
    store<f32>(out + stride * 2, load<f32>(table + b * 4));
    out += 4;
  }
}

/** Two rows of a scale to one of the next, if there is one. Each pixel is the mean of four; the last is repeated. */
function halveRows(scale: i32, lower: usize): void {
  if (scale + 1 == count) return;
  const w = widths[scale];
  const w2 = widths[scale + 1];
  let upper = linear[scale];
  let out = linear[scale + 1] + (seen[scale + 1] & 1 ? strideOf(w2) * 6 : 0);
  for (let plane = 0; plane < 6; plane++) {
    let x = 0;
    for (; x + 4 <= w >> 1; x += 4) {
      const a = (<usize>x) * 8;
      const left = v128.add<f32>(v128.load(upper + a), v128.load(lower + a));
      const right = v128.add<f32>(v128.load(upper + a, 16), v128.load(lower + a, 16));
      const even = v128.shuffle<f32>(left, right, 0, 2, 4, 6);
      const odd = v128.shuffle<f32>(left, right, 1, 3, 5, 7);
      v128.store(out + (<usize>x) * 4, v128.mul<f32>(v128.add<f32>(even, odd), all(quarter)));
    }
    for (; x < w2; x++) {
      const l = (<usize>(2 * x)) * 4;
      const r = (<usize>min(2 * x + 1, w - 1)) * 4;
      const sum = load<f32>(upper + l) + load<f32>(lower + l) + load<f32>(upper + r) + load<f32>(lower + r);
      store<f32>(out + (<usize>x) * 4, sum * 0.25);
    }
    upper += strideOf(w);
    lower += strideOf(w);
    out += strideOf(w2);
  }
  takeRow(scale + 1);
}

/**
 * Cube roots of four numbers from 0.0037 to 1.01, to a millionth; the same on every machine. One over the root is guessed
 * from the exponent (bits / -3, by a product of the upper halves), and a polynomial of how far the guess is off mends it.
 */
@inline
function cubeRoot(v: v128): v128 {
  const y = v128.sub<i32>(all(minusThird + 4), i32x4.dot_i16x8_s(v, all(minusThird)));
  const root = v128.mul<f32>(v, v128.mul<f32>(y, y));
  const off = v128.sub<f32>(all(one), v128.mul<f32>(root, y));
  let mend = v128.add<f32>(all(mending + 8), v128.mul<f32>(off, all(mending + 12)));
  mend = v128.add<f32>(all(mending + 4), v128.mul<f32>(off, mend));
  mend = v128.add<f32>(all(mending), v128.mul<f32>(off, mend));
  mend = v128.add<f32>(all(one), v128.mul<f32>(off, mend));
  return v128.mul<f32>(root, mend);
}

/**
 * Linear light of both pictures to XYB, the sum of squares and the product; as many channels as are asked for: Y alone,
 * Y and X, or Y, X and B, in that order.
 */
function toXyb(from: usize, to: usize, w: i32, channels: i32): void {
  const stride = strideOf(w);
  for (let picture: usize = 0; picture < 2; picture++) {
    const red = from + stride * 3 * picture;
    const green = red + stride;
    const blue = green + stride;
    const toY = to + 16 * picture;
    const toX = toY + stride * 4;
    const toB = toX + stride * 4;
    for (let o: usize = 0; o < stride; o += 16) {
      const r = v128.load(red + o);
      const g = v128.load(green + o);
      const b = v128.load(blue + o);
      const rest = v128.add<f32>(v128.mul<f32>(b, all(blueShare)), all(bias));
      const l = cubeRoot(mix(r, g, long, rest));
      const m = cubeRoot(mix(r, g, middle, rest));
      const mean = v128.mul<f32>(v128.add<f32>(l, m), all(half));
      v128.store(toY + o * 4, v128.add<f32>(mean, all(offsets + 4)));
      if (channels == 1) continue;
      const opponent = v128.mul<f32>(v128.sub<f32>(l, m), all(seven));
      v128.store(toX + o * 4, v128.add<f32>(opponent, all(offsets)));
      if (channels == 2) continue;
      const s = cubeRoot(mix(r, g, short, v128.add<f32>(v128.mul<f32>(b, all(short + 8)), all(bias))));
      v128.store(toB + o * 4, v128.add<f32>(v128.sub<f32>(s, mean), all(offsets + 8)));
    }
  }
  for (let channel = 0; channel < channels; channel++) {
    const end = to + stride * 4;
    // Beyond the last pixel there is nothing, as around the picture.
    const keep = v128.lt<i32>(v128.load(lanes), i32x4.splat(((w - 1) & 3) + 1));
    v128.store(end - 64, v128.and(keep, v128.load(end - 64)));
    v128.store(end - 48, v128.and(keep, v128.load(end - 48)));
    for (; to < end; to += 64) {
      const a = v128.load(to);
      const b = v128.load(to, 16);
      v128.store(to, v128.add<f32>(v128.mul<f32>(a, a), v128.mul<f32>(b, b)), 32);
      v128.store(to, v128.mul<f32>(a, b), 48);
    }
  }
}

@inline
function mix(r: v128, g: v128, shares: usize, rest: v128): v128 {
  return v128.add<f32>(v128.add<f32>(v128.mul<f32>(r, all(shares)), v128.mul<f32>(g, all(shares + 4))), rest);
}

@inline
function weigh(centre: v128, one: v128, two: v128, three: v128, four: v128): v128 {
  const near = v128.add<f32>(v128.mul<f32>(centre, all(gauss)), v128.mul<f32>(one, all(gauss + 4)));
  const middle = v128.add<f32>(v128.mul<f32>(two, all(gauss + 8)), v128.mul<f32>(three, all(gauss + 12)));
  return v128.add<f32>(v128.add<f32>(near, middle), v128.mul<f32>(four, all(gauss + 16)));
}

@inline
function both(p: usize, q: usize): v128 {
  return v128.add<f32>(v128.load(p), v128.load(q));
}

/** Sums up the errors of a row whose surroundings are in the ring. */
function compareRow(scale: i32, y: i32): void {
  const w = widths[scale];
  for (let channel = 0; channel < channelsAt(scale); channel++) {
    const offset = strideOf(w) * 4 * channel;
    blurColumns(scale, y, offset);
    // Sums are in the order of the weights: X, Y, B.
    const kind = channel == 0 ? 1 : channel == 1 ? 0 : 2;
    sumErrors(ringRow(scale, y) + offset, w, sums + (scale * 3 + kind) * sumsPerChannel * 8, isMapped && scale == 0);
  }
}

/** Blurs the four quantities of a channel from top to bottom. */
function blurColumns(scale: i32, y: i32, offset: usize): void {
  const r0 = ringRow(scale, y) + offset;
  const u1 = ringRow(scale, y - 1) + offset, d1 = ringRow(scale, y + 1) + offset;
  const u2 = ringRow(scale, y - 2) + offset, d2 = ringRow(scale, y + 2) + offset;
  const u3 = ringRow(scale, y - 3) + offset, d3 = ringRow(scale, y + 3) + offset;
  const u4 = ringRow(scale, y - 4) + offset, d4 = ringRow(scale, y + 4) + offset;
  const stride = strideOf(widths[scale]);
  const toA = column + 16, toB = toA + stride + 32, toSquares = toB + stride + 32, toProduct = toSquares + stride + 32;
  for (let x: usize = 0; x < stride; x += 16) {
    const o = x * 4;
    const p0 = r0 + o, p1 = u1 + o, q1 = d1 + o, p2 = u2 + o, q2 = d2 + o, p3 = u3 + o, q3 = d3 + o, p4 = u4 + o, q4 = d4 + o;
    v128.store(toA + x, blur(0, p0, p1, q1, p2, q2, p3, q3, p4, q4));
    v128.store(toB + x, blur(16, p0, p1, q1, p2, q2, p3, q3, p4, q4));
    v128.store(toSquares + x, blur(32, p0, p1, q1, p2, q2, p3, q3, p4, q4));
    v128.store(toProduct + x, blur(48, p0, p1, q1, p2, q2, p3, q3, p4, q4));
  }
  for (let to = toA; to <= toProduct; to += stride + 32) {
    v128.store(to - 16, f32x4.splat(0));
    v128.store(to + stride, f32x4.splat(0));
  }
}

/** Blurs four pixels from left to right; `p` is four pixels before. */
@inline
function blurRow(p: usize): v128 {
  return blur(0, p + 16, p + 12, p + 20, p + 8, p + 24, p + 4, p + 28, p, p + 32);
}

/** Blurs what is `o` bytes after nine places, of which p0 is the middle. */
@inline
function blur(o: usize, p0: usize, p1: usize, q1: usize, p2: usize, q2: usize, p3: usize, q3: usize, p4: usize, q4: usize): v128 {
  return weigh(v128.load(p0 + o), both(p1 + o, q1 + o), both(p2 + o, q2 + o), both(p3 + o, q3 + o), both(p4 + o, q4 + o));
}

/** Sums the structural error and the artefact and blur errors of a row, and their 4th powers. */
function sumErrors(row: usize, w: i32, out: usize, withMap: bool): void {
  const stride = strideOf(w);
  const zero = f32x4.splat(0);
  const ofB = column + stride + 32, ofSquares = ofB + stride + 32, ofProduct = ofSquares + stride + 32;
  const mapRow = map + strideOf(w) * mapRows;
  let e0 = zero, e1 = zero, e2 = zero, e3 = zero, e4 = zero, e5 = zero;
  for (let o: usize = 0; o < stride; o += 16) {
    const mu = blurRow(column + o);
    const nu = blurRow(ofB + o);
    const squares = blurRow(ofSquares + o);
    const product = blurRow(ofProduct + o);
    const difference = v128.sub<f32>(mu, nu);
    const luminance = v128.sub<f32>(all(one), v128.mul<f32>(difference, difference));
    const covariance = v128.sub<f32>(product, v128.mul<f32>(mu, nu));
    const structure = v128.add<f32>(v128.add<f32>(covariance, covariance), all(c2));
    const variance = v128.sub<f32>(squares, v128.add<f32>(v128.mul<f32>(mu, mu), v128.mul<f32>(nu, nu)));
    const ratio = v128.div<f32>(v128.mul<f32>(luminance, structure), v128.add<f32>(variance, all(c2)));
    const keep = v128.lt<i32>(v128.load(lanes), i32x4.splat(w - <i32>(o >> 2)));
    const r = v128.and(keep, v128.max<f32>(zero, v128.sub<f32>(all(one), ratio)));
    const detailA = v128.add<f32>(all(one), v128.abs<f32>(v128.sub<f32>(v128.load(row + o * 4), mu)));
    const detailB = v128.add<f32>(all(one), v128.abs<f32>(v128.sub<f32>(v128.load(row + o * 4, 16), nu)));
    const f = v128.and(keep, v128.sub<f32>(v128.div<f32>(detailB, detailA), all(one)));
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
    if (withMap) v128.store(mapRow + o, v128.add<f32>(r, v128.abs<f32>(f)));
  }
  if (withMap) mapRows++;
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
