/** asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): a header line, then one line an event: `[seconds, code, data]`. */
import { z } from 'zod';

export interface CastHeader {
  readonly width: number;
  readonly height: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly title: string;
}
/** Output, input, and `COLSxROWS`. */
export type CastCode = 'o' | 'i' | 'r';

export function castHeader({ width, height, startedAt, title }: CastHeader): string {
  const timestamp = Math.floor(startedAt / 1000);
  return `${JSON.stringify({ version: 2, width, height, timestamp, title })}\n`;
}

/** @param seconds since the header's time */
export function castEvent(seconds: number, code: CastCode, data: string): string {
  return `${JSON.stringify([Math.round(seconds * 1e6) / 1e6, code, data])}\n`;
}

const Event = z.tuple([z.number(), z.string(), z.string()]);

/** The events of a file that may end in the middle of a line. Codes that are not known here are passed on: the format says to ignore them. */
export function castEvents(text: string): [number, string, string][] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      if (line === '') return [];
      try {
        const event = Event.safeParse(JSON.parse(line));
        return event.success ? [event.data] : [];
      } catch {
        return [];
      }
    });
}
