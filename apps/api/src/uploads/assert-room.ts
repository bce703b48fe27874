import { fits } from '@framefold/domain';
import { diskOf } from '@framefold/platform';
import { ProblemError } from '../problem/problem-error.ts';

/**
 * Holds the size of a file against the disks that it will lie on. What other uploads have yet to send is not counted:
 * whoever announces and never sends would keep all others out.
 *
 * @throws {ProblemError} UPLOAD_NO_ROOM
 */
export async function assertRoom(folders: readonly string[], sizeBytes: number): Promise<void> {
  for (const folder of folders)
    if (!fits(sizeBytes, await diskOf(folder)))
      throw new ProblemError('UPLOAD_NO_ROOM', `The disk has no room for ${sizeBytes} bytes more.`);
}
