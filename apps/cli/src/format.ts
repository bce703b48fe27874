/** `62.44` as "62.4", `62` as "62": one decimal where it says something. */
function tidy(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
}

/** A length of time for people: "0.8 s", "42 s", "1:05 min", "2:03:04 h". */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${tidy(Math.round(Math.max(0, seconds) * 10) / 10)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)} h` : `${minutes}:${two(rest)} min`;
}

/** A size in decimal units: "312 B", "4.2 MB". */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${tidy(bytes / 1000 ** power)} ${units[power]}`;
}

/** Media seconds per second: "3.2x real time". */
export function formatSpeed(speed: number): string {
  return `${speed.toFixed(speed < 10 ? 2 : 1)}x real time`;
}

/** Bits per second as "1,234 kbit/s". */
export function formatBitrate(bitsPerSecond: number): string {
  return `${Math.round(bitsPerSecond / 1000).toLocaleString('en')} kbit/s`;
}

/** Cuts text to `width` characters, with an ellipsis where something is lost. */
export function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Rows as aligned columns, two spaces apart; the last column is as long as it is. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
