/**
 * Objects that others write straight into the store: in parts, by URLs, without credentials. A part can be written again
 * until the parts are joined; from then on, and after the write was given up, none of its URLs can change anything.
 *
 * Failures are CodedErrors: STORE_UNAVAILABLE or STORE_FULL.
 */
export interface DirectWrites {
  /** How long a write that nobody ends is kept, in ms; the sweep of the store gives it up then. */
  readonly keptMs: number;
  /** Begins a write. Nothing is under the key until its parts are joined. */
  begin(key: string): Promise<DirectWrite>;
  /** A URL for the PUT of one part, which takes a body of exactly its size. Nothing is asked of the store. */
  presign(
    write: DirectWrite,
    part: DirectPart,
    options: { readonly expiresSeconds: number },
  ): Promise<string>;
  /** The parts that have arrived; one that was written again may be named again. Undefined when the write has ended. */
  parts(write: DirectWrite): Promise<DirectPart[] | undefined>;
  /**
   * Makes the object of the parts that have arrived: of each the newest, in the order of their numbers. Says whether
   * there was a write to end; may be repeated.
   */
  join(write: DirectWrite): Promise<boolean>;
  /** Gives a write up, and the room that its parts take; one that has ended is no error. */
  abort(write: DirectWrite): Promise<void>;
}

/** A write that has begun. */
export interface DirectWrite {
  readonly key: string;
  /** What the store calls it. */
  readonly id: string;
}

/** A part of a write: the first has number 1. All but the last have 5 MiB or more, as S3 wants it. */
export interface DirectPart {
  readonly number: number;
  readonly sizeBytes: number;
}
