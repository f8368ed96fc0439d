/** What a remote program puts into the clipboard (OSC 52): text, when it is text, and never back. */

/** @returns undefined for a question, and for what is no text */
export function clipboardText(said: string): string | undefined {
  const encoded = /^[a-z0-7]*;([A-Za-z0-9+/]*={0,2})$/.exec(said)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The browser may refuse, as when the page is not in front: then the clipboard stays as it was. */
export async function setClipboard(said: string): Promise<void> {
  const text = clipboardText(said);
  if (text !== undefined) await navigator.clipboard.writeText(text).catch(() => {});
}
