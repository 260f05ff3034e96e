/** Scales that are measured; the sixth of the reference has no weight worth its time. */
export const scales = 5;
/** Of one channel at one scale: structure, artefacts, lost detail; the errors and their fourth powers. */
export const sumsPerChannel = 6;

/**
 * Weights of the reference (libjxl tools/ssimulacra2.cc): a line for each of six scales of X, then of Y, then of B; in it
 * mean and 4-norm of structure, artefacts and lost detail.
 */
// prettier-ignore
const weights: readonly number[] = [
  // mean of structure, artefacts, lost detail, then their 4-norms
  0, 0.0007376606707406586, 0, 0, 0.0007793481682867309, 0,
  0, 0.0004371155730107379, 0, 1.1041726426657346, 0.00066284834129271, 0.00015231632783718752,
  0, 0.0016406437456599754, 0, 1.8422455520539298, 11.441172603757666, 0,
  0.0007989109436015163, 0.000176816438078653, 0, 1.8787594979546387, 10.94906990605142, 0,
  0.0007289346991508072, 0.9677937080626833, 0, 0.00014003424285435884, 0.9981766977854967, 0.00031949755934435053,
  0.0004550992113792063, 0, 0, 0.0013648766163243398, 0, 0,
  0, 0, 0, 7.466890328078848, 0, 17.445833984131262,
  0.0006235601634041466, 0, 0, 6.683678146179332, 0.00037724407979611296, 1.027889937768264,
  225.20515300849274, 0, 0, 19.213238186143016, 0.0011401524586618361, 0.001237755635509985,
  176.39317598450694, 0, 0, 24.43300999870476, 0.28520802612117757, 0.0004485436923833408,
  0, 0, 0, 34.77906344483772, 44.835625328877896, 0,
  0, 0, 0, 0, 0, 0,
  0, 0.0008680556573291698, 0, 0, 0, 0,
  0, 0.0005313191874358747, 0, 0.00016533814161379112, 0, 0,
  0, 0, 0, 0.0004179171803251336, 0.0017290828234722833, 0,
  0.0020827005846636437, 0, 0, 8.826982764996862, 23.19243343998926, 0,
  95.1080498811086, 0.9863978034400682, 0.9834382792465353, 0.0012286405048278493, 171.2667255897307, 0.9807858872435379,
  0, 0, 0, 0.0005130064588990679, 0, 0.00010854057858411537,
];

/**
 * The score of what `assembly/maps.ts` has summed up.
 *
 * @param sums by scale, channel (X, Y, B) and kind
 * @param width of the picture at the finest scale, pixels
 */
export function scoreOf(sums: Float64Array, width: number, height: number): number {
  let total = 0;
  for (let scale = 0, w = width, h = height; scale < scales; scale += 1) {
    if (w < 8 || h < 8) break;
    if (scale > 0) {
      w = Math.ceil(w / 2);
      h = Math.ceil(h / 2);
    }
    for (let channel = 0; channel < 3; channel += 1) {
      total += channelError(sums, scale, channel, w * h);
    }
  }
  return fromError(total);
}

function channelError(sums: Float64Array, scale: number, channel: number, pixels: number): number {
  const at = (scale * 3 + channel) * sumsPerChannel;
  const line = (channel * 6 + scale) * 6;
  let error = 0;
  for (let kind = 0; kind < 3; kind += 1) {
    const mean = (sums[at + 2 * kind] ?? 0) / pixels;
    const norm = Math.sqrt(Math.sqrt((sums[at + 2 * kind + 1] ?? 0) / pixels));
    error += (weights[line + kind] ?? 0) * mean + (weights[line + 3 + kind] ?? 0) * norm;
  }
  return error;
}

/** The polynomial that the reference was fitted with. */
function fromError(weighted: number): number {
  const x = weighted * 0.9562382616834844;
  const y = 2.326765642916932 * x - 0.020884521182843837 * x * x + 6.248496625763138e-5 * x * x * x;
  return y > 0 ? 100 - 10 * y ** 0.6276336467831387 : 100;
}
