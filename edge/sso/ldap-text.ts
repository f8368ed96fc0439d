/** Texts that go into and come out of a directory. */

/** What was typed is only ever a value in the filter, never a part of its form (RFC 4515, section 3). */
export async function fillFilter(filter: string, placeholder: string, value: string): Promise<string> {
  const { Filter } = await import('ldapts');
  const escaped = Filter.escape(value);
  return filter.replaceAll(placeholder, () => escaped);
}

/** `entryUUID` is text, `objectGUID` is 16 octets, written in hex here. */
export function subjectText(value: unknown): string | undefined {
  const one = Array.isArray(value) ? value[0] : value;
  if (typeof one === 'string') return one;
  if (!(one instanceof Uint8Array)) return undefined;
  const isText = one.every((octet) => octet >= 0x20 && octet < 0x7f);
  if (isText) return new TextDecoder().decode(one);
  return Array.from(one, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
