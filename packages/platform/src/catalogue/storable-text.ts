/**
 * Text as PostgreSQL can keep it: NUL and lone halves of surrogate pairs, which it refuses in `text` and `jsonb`
 * (https://www.postgresql.org/docs/current/datatype-json.html), become U+FFFD. Names come from clients and from files:
 * none of them may keep an event out of the log.
 */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\ufffd').replace(/\p{Surrogate}/gu, '\ufffd');
}
