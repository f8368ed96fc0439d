/** Reading server-sent events (WHATWG HTML, section 9.2.6) from any stream of octets. Comments come as messages without data, so that a reader can tell that the other side lives. */

export interface SseMessage {
  readonly event: string;
  readonly data: string;
  /** The id this message set, or undefined. */
  readonly id: string | undefined;
}

/** A line longer than this is not one of ours. */
const MAX_BUFFER = 1 << 20;

/** @throws Error when a line has no end */
export async function* readSse(body: ReadableStream<Uint8Array>): AsyncGenerator<SseMessage> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let buffer = '';
  const parse = newParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      buffer += decoder.decode(value, { stream: true });
      const lines = buffer.split(/\r\n|\n|\r(?!$)/);
      buffer = lines.pop() ?? '';
      if (buffer.length > MAX_BUFFER) throw new Error('a line of the event stream is too long');
      for (const line of lines) {
        const message = parse(line);
        if (message) yield message;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Takes one line at a time; gives a message at the empty line that ends it. */
export function newParser(): (line: string) => SseMessage | undefined {
  let event = '';
  let data: string[] = [];
  let id: string | undefined;
  return (line) => {
    if (line === '') {
      const silent = id === undefined ? undefined : { event: 'comment', data: '', id };
      const message = data.length > 0 ? { event: event || 'message', data: data.join('\n'), id } : silent;
      [event, data, id] = ['', [], undefined];
      return message;
    }
    if (line.startsWith(':')) return { event: 'comment', data: '', id: undefined };
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') event = value;
    else if (name === 'data') data.push(value);
    else if (name === 'id') id = value;
    return undefined;
  };
}
