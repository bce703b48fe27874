import { createHash } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { z } from 'zod';

/** What is known of an unfinished download; lies beside its file. */
const PartialNote = z.object({
  /** Hashed, because a signed URL is a secret. */
  urlSha256: z.string(),
  /** By what the server named this version of the file, for `If-Range`; absent if it can't be continued. */
  validator: z.string().optional(),
  /** The most bytes that any try got. */
  mostBytes: z.number(),
  /** Tries in a row that got no further than `mostBytes`. */
  stalls: z.number(),
});
type PartialNote = z.infer<typeof PartialNote>;

/** An unfinished download as the tries so far left it. */
export interface PartialFile extends Omit<PartialNote, 'urlSha256'> {
  readonly sizeBytes: number;
}

const NOTHING_YET: PartialFile = { sizeBytes: 0, mostBytes: 0, stalls: 0 };

/** What earlier tries at this URL left at `file`. */
export async function readPartial(file: string, url: URL): Promise<PartialFile> {
  try {
    const { urlSha256, ...note } = PartialNote.parse(JSON.parse(await readFile(notePath(file), 'utf8')));
    if (urlSha256 !== hashOf(url)) return NOTHING_YET;
    return { ...note, sizeBytes: (await stat(file)).size };
  } catch {
    // No note, half a note or no file: the download begins anew.
    return NOTHING_YET;
  }
}

/** Notes how far a download has come, for the next try. */
export async function notePartial(
  file: string,
  url: URL,
  { sizeBytes: _, ...note }: PartialFile,
): Promise<void> {
  const written: PartialNote = { urlSha256: hashOf(url), ...note };
  await writeFile(notePath(file), JSON.stringify(written));
}

/** Drops the note of a finished download. */
export async function forgetPartial(file: string): Promise<void> {
  await rm(notePath(file), { force: true });
}

function notePath(file: string): string {
  return `${file}.meta`;
}

function hashOf(url: URL): string {
  return createHash('sha256').update(url.href).digest('hex');
}
