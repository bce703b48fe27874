import { CodedError } from '@framefold/domain';
import { BadCursorError } from './catalogue.ts';

/**
 * Does database work, whose faults are those of the catalogue, but for a cursor that is none.
 *
 * @throws {CodedError} CATALOGUE_UNAVAILABLE
 * @throws {BadCursorError}
 */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CodedError || error instanceof BadCursorError) throw error;
    throw new CodedError(
      'CATALOGUE_UNAVAILABLE',
      'The catalogue cannot be read or written.',
      { cause: String(error) },
      { cause: error },
    );
  }
}
