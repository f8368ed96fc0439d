/** An event stream as one answer: from its first event to where it falls silent. It does not end by itself. */
import type { Answer, ControlApi } from './control-api.ts';

const SILENT_MS = 250;

export async function readEvents(api: ControlApi, path: string, token?: string): Promise<Answer> {
  const leave = new AbortController();
  const headers = {
    'last-event-id': '0',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await api.request(path, { headers, signal: leave.signal });
  const { status } = response;
  if (status !== 200) return { status, body: await response.json(), headers: response.headers };
  if (!response.body) throw new Error('the stream has no body');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let body = '';
  try {
    for (;;) {
      const chunk = await soon(reader.read());
      if (!chunk || chunk.done) break;
      body += chunk.value;
    }
  } finally {
    leave.abort();
    await reader.cancel();
  }
  return { status, body, headers: response.headers };
}

async function soon<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, SILENT_MS, undefined);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}
