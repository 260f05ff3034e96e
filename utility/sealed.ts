import { createHash } from 'node:crypto';
import type { ConvertParams, Converted, ConvertResult } from '../contract/worker-protocol.ts';

/**
 * The result with the digests that whoever writes it can check: what is read back from the disk must be what was made
 * here, whatever the way in between did to it.
 */
export function sealed({ bytes, recipe }: ConvertParams, converted: Converted): ConvertResult {
  const replaces = recipe.output.place === 'in-place';
  return {
    ...converted,
    sha256: digest(converted.bytes ?? bytes),
    ...(replaces ? { sourceSha256: digest(bytes) } : {}),
  };
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
