import { MillraceError } from '../../contract/errors.ts';

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes(codeOf(error));
}

/** What a system error on the way in means to a person. */
export function sourceError(error: unknown, path: string): MillraceError {
  if (error instanceof MillraceError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new MillraceError(
        'source-not-found',
        `${path} is not there. It may have been moved or renamed; add it again.`,
        { detail },
      );
    case 'EACCES':
    case 'EPERM':
      return new MillraceError(
        'source-unreadable',
        `${path} may not be read. Change its permissions, or those of its folder.`,
        { detail },
      );
    case 'ELOOP':
      return new MillraceError(
        'source-not-found',
        `${path} is a link that leads in a circle. Remove it, or add what it should lead to.`,
        { detail },
      );
    case 'ABORT_ERR':
      return new MillraceError('cancelled', 'Cancelled.');
    default:
      return new MillraceError(
        'source-unreadable',
        `${path} cannot be read (${codeOf(error) || detail}). Check the disk it is on.`,
        { detail, retriable: true },
      );
  }
}

/** What a system error on the way out means to a person. */
export function destinationError(error: unknown, path: string): MillraceError {
  if (error instanceof MillraceError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new MillraceError(
        'destination-full',
        `There is no room left for ${path}. Free some space, or choose another folder.`,
        { detail, retriable: true },
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new MillraceError(
        'destination-unwritable',
        `${path} may not be written. Change the permissions of its folder, or choose another.`,
        { detail },
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new MillraceError(
        'destination-unwritable',
        `${path} cannot be written, because a file stands where a folder of that path should be. Choose another folder.`,
        { detail },
      );
    case 'EISDIR':
      return new MillraceError(
        'destination-is-a-folder',
        `${path} is a folder. Choose another name for the output.`,
        { detail },
      );
    case 'ENAMETOOLONG':
      return new MillraceError(
        'name-too-long',
        `${path} is too long a name for this disk. Choose a shorter suffix or folder.`,
        { detail },
      );
    case 'ENOENT':
      return new MillraceError(
        'destination-unwritable',
        `The folder of ${path} has gone. Make it again, or choose another.`,
        { detail, retriable: true },
      );
    default:
      return new MillraceError(
        'destination-unwritable',
        `${path} cannot be written (${codeOf(error) || detail}). Check the disk it is on.`,
        { detail, retriable: true },
      );
  }
}
