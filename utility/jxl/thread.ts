import { parentPort } from 'node:worker_threads';
import loadVips from 'wasm-vips';
import type { JxlHeader, JxlReply, JxlRequest, JxlWork } from './messages.ts';

// The thread that libvips with JPEG XL lives in, as WebAssembly. The thread beside it is jxl/client.ts.

const vips = await loadVips({ dynamicLibraries: ['vips-jxl.wasm'] });
vips.concurrency(1);
vips.Cache.max(0);

const fields = { exif: 'exif-data', xmp: 'xmp-data', icc: 'icc-profile-data' } as const;
const blocks = ['exif', 'xmp', 'icc'] as const;

parentPort?.on('message', (request: JxlRequest) => {
  parentPort?.postMessage(answer(request));
});

function answer(request: JxlRequest): JxlReply {
  try {
    return { ok: true, value: work(request) };
  } catch (error) {
    return { ok: false, failed: error instanceof Error ? error.message : String(error) };
  }
}

function work(request: JxlRequest): JxlWork[JxlRequest['kind']]['reply'] {
  switch (request.kind) {
    case 'header':
      return readHeader(request);
    case 'decode':
      return decode(request);
    case 'encode':
      return encode(request);
  }
}

function readHeader({ bytes }: JxlWork['header']['request']): JxlHeader {
  using image = vips.Image.newFromBuffer(bytes);
  const has = (field: string): boolean => image.getTypeof(field) !== 0;
  return {
    width: image.width,
    height: image.height,
    frames: has('n-pages') ? image.getInt('n-pages') : 1,
    bitDepth: image.format === 'uchar' ? 8 : image.format === 'ushort' ? 16 : 32,
    transparency: image.hasAlpha(),
    interpretation: image.interpretation,
    ...(has('delay') ? { delays: image.getArrayInt('delay') } : {}),
    ...(has('loop') ? { loop: image.getInt('loop') } : {}),
    ...Object.fromEntries(
      blocks.filter((kind) => has(fields[kind])).map((kind) => [kind, image.getBlob(fields[kind]).slice()]),
    ),
  };
}

function decode({ bytes, interpretation, moving }: JxlWork['decode']['request']): JxlWork['decode']['reply'] {
  using image = vips.Image.newFromBuffer(bytes, '', { fail_on: 'truncated', ...(moving ? { n: -1 } : {}) });
  using converted = image.colourspace(interpretation);
  const { buffer, byteOffset, byteLength } = converted.writeToMemory();
  return { data: new Uint8Array(buffer, byteOffset, byteLength), width: image.width, rows: image.height };
}

function encode(request: JxlWork['encode']['request']): JxlWork['encode']['reply'] {
  const { data, width, height, channels, interpretation, options, metadata } = request;
  const format = data instanceof Uint16Array ? vips.BandFormat.ushort : vips.BandFormat.uchar;
  using raw = vips.Image.newFromMemory(data, width, height, channels, format);
  using image = raw.copy({ interpretation });
  for (const kind of blocks) {
    const block = metadata[kind];
    if (block !== undefined) image.setBlob(fields[kind], block);
  }
  return { bytes: image.jxlsaveBuffer(options) };
}
