/** Bytes of a file from `start` up to, but without, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Where a tree lies: a folder, a store, a server. URIs are absolute. */
export interface TreeReader {
  /** A file's bytes, or those of a range of it; undefined when it is not there. */
  read(uri: string, range?: ByteRange): Promise<Buffer | undefined>;
  /** A file's length in bytes; undefined when it is not there. */
  sizeOf(uri: string): Promise<number | undefined>;
}

/** A file, or a part of one. */
export interface FilePart {
  readonly uri: string;
  readonly range?: ByteRange;
}

/** Reads a whole file or part. */
export function readPart(reader: TreeReader, { uri, range }: FilePart): Promise<Buffer | undefined> {
  return reader.read(uri, range);
}
