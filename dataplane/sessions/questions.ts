/** Who wants control and waits for whoever has it to say yes or no. */
import type { AttachmentId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { ASK_MS } from '../../schema/session-policy.ts';

export interface Question {
  readonly attachment: AttachmentId;
  readonly name: string;
  /** Who is asked. */
  readonly of: AttachmentId;
}

/** Whoever is in control is asked about so many at once; more are refused. */
const MAX_WAITING = 4;

export class Questions {
  readonly #waiting = new Map<
    AttachmentId,
    { of: AttachmentId; answer: (allow: boolean | undefined) => void }
  >();

  /** @returns undefined when there was no answer in time, or whoever was asked has left. @throws Refusal `overloaded` */
  async ask(
    { attachment, name, of }: Question,
    tell: (message: object) => void,
  ): Promise<boolean | undefined> {
    if (this.#waiting.size >= MAX_WAITING)
      throw new Refusal('overloaded', 'others have asked for control already');
    const { promise, resolve } = Promise.withResolvers<boolean | undefined>();
    const late = setTimeout(resolve, ASK_MS, undefined);
    late.unref();
    this.#waiting.set(attachment, { of, answer: resolve });
    tell({ type: 'asked', attachment, name: name.slice(0, 200), withinMs: ASK_MS });
    const allowed = await promise;
    clearTimeout(late);
    this.#waiting.delete(attachment);
    return allowed;
  }

  answer(from: AttachmentId, about: AttachmentId, allow: boolean): void {
    const waiting = this.#waiting.get(about);
    if (waiting?.of === from) waiting.answer(allow);
  }

  /** Who was to answer has left: as if they had not answered. */
  gone(of: AttachmentId): void {
    for (const waiting of this.#waiting.values()) if (waiting.of === of) waiting.answer(undefined);
  }

  close(): void {
    for (const { answer } of this.#waiting.values()) answer(false);
  }
}
