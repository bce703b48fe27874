/**
 * A playlist as it reads from another address: relative URIs, on lines of their own and in URI attributes, get a prefix
 * (RFC 8216, section 4.1). Absolute ones stay.
 *
 * @param prefix ends in `/`, or is empty
 * @param query that they get besides, with its `?`
 */
export function prefixUris(playlist: string, prefix: string, query = ''): string {
  const moved = (uri: string): string => (/^(\/|[a-z][a-z0-9+.-]*:)/i.test(uri) ? uri : prefix + uri + query);
  return playlist
    .split('\n')
    .map((line) => {
      if (line.startsWith('#EXT')) return line.replace(/(?<=[:,]URI=")[^"]+/g, moved);
      return line === '' || line.startsWith('#') ? line : moved(line);
    })
    .join('\n');
}
