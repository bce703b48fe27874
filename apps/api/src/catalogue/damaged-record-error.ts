/** Something that the store holds for a rebuild is there and cannot be used. All else is restored. */
export abstract class DamagedRecordError extends Error {
  abstract readonly code: string;
  /** What to do about it. */
  abstract readonly hint: string;
}
