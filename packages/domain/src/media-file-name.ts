/** Endings of containers that may hold a video or sound alone. */
const EXTENSIONS: ReadonlySet<string> = new Set([
  ...[
    '.mp4',
    '.m4v',
    '.mov',
    '.mkv',
    '.webm',
    '.avi',
    '.ts',
    '.m2ts',
    '.mts',
    '.flv',
    '.mpg',
    '.mpeg',
    '.mxf',
  ],
  ...['.m4a', '.mka', '.mp3', '.aac', '.wav', '.flac', '.ogg', '.oga', '.opus'],
]);

/** The ending of a file's name in lower case where it is one of a media file; any other says nothing about the content. */
export function mediaExtension(name: string): string | undefined {
  const extension = endingOf(name);
  return extension !== undefined && EXTENSIONS.has(extension) ? extension : undefined;
}

/**
 * Whether a file may be media by what its sender says of it. One of whom nothing is said may be; the content decides
 * when it is probed.
 *
 * @param type its media type (RFC 9110, section 8.3.1)
 */
export function mayBeMedia(name: string | undefined, type: string | undefined): boolean {
  if (name !== undefined && mediaExtension(name) !== undefined) return true;
  if (type !== undefined && /^(video|audio)\//i.test(type)) return true;
  const saysNothing = type === undefined || type === '' || /^application\/octet-stream$/i.test(type);
  return saysNothing && (name === undefined || endingOf(name) === undefined);
}

function endingOf(name: string): string | undefined {
  return /\.[A-Za-z0-9]{1,5}$/.exec(name)?.[0].toLowerCase();
}
