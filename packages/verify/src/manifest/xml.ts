import type { Element } from '@xmldom/xmldom';

/** The children of an element that have a name, whatever their namespace's prefix. */
export function childrenOf(element: Element, name: string): Element[] {
  return [...element.childNodes].filter((node): node is Element => (node as Element).localName === name);
}

/** An attribute's value; undefined when it is absent. */
export function attribute(element: Element, name: string): string | undefined {
  return element.getAttribute(name) ?? undefined;
}

/** A number; undefined when the text is absent or none. */
export function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** An xs:duration such as `PT1M6.5S`, in seconds; undefined when the text is absent, none, or counts months. */
export function iso8601Seconds(text: string | undefined): number | undefined {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text ?? '');
  if (parts === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map((part?: string) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}
