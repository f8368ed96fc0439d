/** What happens in a session beside its output, in words on standard error, for a person at a terminal. */
import type { Attachment, SessionWatcher } from '../../dataplane/client/attachment.ts';
import type { AttachmentId } from '../../schema/ids.ts';
import type { People } from '../../schema/wire/control.ts';

const WORDS = { controller: 'is in control', shared: 'shares control', observer: 'watches' } as const;

function sayer(verbose: (text: string) => void): (text: string) => void {
  return process.stderr.isTTY ? (text) => process.stderr.write(`\r\nfabric: ${text}\r\n`) : verbose;
}

/** The others as one line each; empty when one is alone. */
export function peopleText(own: AttachmentId, { people }: People): string[] {
  return people
    .filter(({ attachment }) => attachment !== own)
    .map(({ name, role, away }) => `${name} ${WORDS[role]}${away ? ' (connection lost)' : ''}`);
}

export function tellSession(own: AttachmentId, verbose: (text: string) => void): SessionWatcher {
  const say = sayer(verbose);
  let before = '';
  let recorded = false;
  return {
    people: (now) => {
      if (now.recorded !== recorded)
        say(now.recorded ? 'this session is recorded' : 'this session is not recorded any more');
      recorded = now.recorded;
      const text = peopleText(own, now).join('; ');
      if (text !== before) say(text === '' ? 'nobody else is here' : text);
      before = text;
    },
    deposed: (by) => say(`${by} took the session over`),
    warning: (limit, seconds) =>
      say(`the session ends in ${seconds} s${limit === 'idle' ? ' unless somebody types' : ''}`),
  };
}

/** Somebody asks for control, and the answer is typed. */
export class OpenQuestion {
  readonly #attachment: Pick<Attachment, 'answer'>;
  #from: AttachmentId | undefined;

  constructor(attachment: Pick<Attachment, 'answer'>) {
    this.#attachment = attachment;
  }

  asked({ attachment, name, withinMs }: { attachment: AttachmentId; name: string; withinMs: number }): void {
    this.#from = attachment;
    setTimeout(() => this.#close(attachment), withinMs).unref();
    process.stderr.write(
      `\r\nfabric: ${name} asks for control. At the start of a line: ~y gives it, ~n keeps it (${Math.round(withinMs / 1000)} s)\r\n`,
    );
  }

  /** @returns false when nobody had asked */
  answer(allow: boolean): boolean {
    const from = this.#from;
    if (from === undefined) return false;
    this.#attachment.answer(from, allow);
    this.#from = undefined;
    return true;
  }

  #close(attachment: AttachmentId): void {
    if (this.#from === attachment) this.#from = undefined;
  }
}
