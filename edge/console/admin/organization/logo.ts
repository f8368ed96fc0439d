/** A chosen picture as the data: URL that the settings hold. */
const TYPES = ['image/png', 'image/jpeg', 'image/webp'];
const BYTES = 24_000;

/** @returns undefined where none was chosen @throws Error that says what is wrong with it */
export async function logoOf(chosen: Blob | string | null): Promise<string | undefined> {
  if (!(chosen instanceof Blob) || chosen.size === 0) return undefined;
  if (!TYPES.includes(chosen.type)) throw new Error('the picture is no PNG, JPEG or WebP');
  if (chosen.size > BYTES) throw new Error('the picture has more than 24 KB');
  const octets = new Uint8Array(await chosen.arrayBuffer());
  return `data:${chosen.type};base64,${btoa(String.fromCharCode(...octets))}`;
}
