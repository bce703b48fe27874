const longestCharacters = 40;

/** A title as part of a folder's name: letters and digits of any script, joined by hyphens; "video" when none are left. */
export function slugOf(title: string): string {
  const words =
    title
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const slug = Array.from(words.join('-')).slice(0, longestCharacters).join('').replace(/-+$/, '');
  return slug === '' ? 'video' : slug;
}
