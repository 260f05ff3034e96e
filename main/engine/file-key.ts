/**
 * An identity without its device: file number, size and time of change. The number of a device may be another after the
 * computer was restarted or the disk connected again; with the same path, the rest tells that a file is still the same.
 */
export function fileKey(identity: string): string {
  return identity.slice(identity.indexOf(':') + 1);
}

/** Size in bytes, as an identity has it; NaN when it has none. */
export function sizeIn(identity: string): number {
  return Number(identity.split(':')[2]);
}
