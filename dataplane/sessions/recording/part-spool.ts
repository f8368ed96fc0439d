/** Sealed parts on disk until the control plane has them. Bounded: when it is full the next part is refused, and the recording fails rather than have a hole. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '../../../schema/refusal.ts';

/** Bytes of one recording that may wait: about an hour of a busy terminal without a control plane. */
const MOST = 64 * 2 ** 20;

export class PartSpool {
  readonly #folder: string;
  readonly #most: number;
  readonly #sizes = new Map<number, number>();
  #bytes = 0;

  static async make(most = MOST): Promise<PartSpool> {
    return new PartSpool(await mkdtemp(join(tmpdir(), 'fabric-recording-')), most);
  }

  constructor(folder: string, most: number) {
    this.#folder = folder;
    this.#most = most;
  }

  /** @throws Refusal `overloaded` when it is full */
  async put(index: number, sealed: Uint8Array): Promise<void> {
    if (this.#bytes + sealed.length > this.#most)
      throw new Refusal('overloaded', 'too much of the recording waits for the control plane');
    this.#bytes += sealed.length;
    this.#sizes.set(index, sealed.length);
    await writeFile(this.#path(index), sealed, { mode: 0o600, flag: 'wx' });
  }

  get(index: number): Promise<Buffer> {
    return readFile(this.#path(index));
  }

  async drop(index: number): Promise<void> {
    this.#bytes -= this.#sizes.get(index) ?? 0;
    this.#sizes.delete(index);
    await rm(this.#path(index), { force: true });
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #path(index: number): string {
    return join(this.#folder, String(index));
  }
}
