import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TERMINAL_KIND, type TerminalKind, terminalHeader } from '../../schema/wire/terminal.ts';
import { TerminalReader } from './terminal-frames.ts';

const kinds = fc.constantFrom<TerminalKind>(...Object.values(TERMINAL_KIND));

test('frames come out as they went in, however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(kinds, fc.uint8Array({ maxLength: 60 })), { maxLength: 8 }),
      fc.integer({ min: 1, max: 40 }),
      (frames, pieces) => {
        const wire = Buffer.concat(
          frames.flatMap(([kind, body]) => [terminalHeader(kind, body.length), body]),
        );
        const got: { kind: TerminalKind; text: string }[] = [];
        const reader = new TerminalReader((kind, body) => {
          const last = got.at(-1);
          const text = Buffer.from(body).toString('hex');
          const isRun = kind === TERMINAL_KIND.data || kind === TERMINAL_KIND.stderr;
          if (isRun && last?.kind === kind) last.text += text;
          else got.push({ kind, text });
        });
        for (let at = 0; at < wire.length; at += pieces) reader.push(wire.subarray(at, at + pieces));
        const joined: { kind: TerminalKind; text: string }[] = [];
        for (const [kind, body] of frames) {
          const last = joined.at(-1);
          const text = Buffer.from(body).toString('hex');
          const isRun = kind === TERMINAL_KIND.data || kind === TERMINAL_KIND.stderr;
          if (isRun && last?.kind === kind) last.text += text;
          else joined.push({ kind, text });
        }
        expect(got).toEqual(joined);
      },
    ),
  );
});
