/** The outer layers of a backup: a file of lines, compressed and encrypted with age, as streams in both directions. */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Decrypter, Encrypter } from 'age-encryption';
import { Refusal } from '../../schema/refusal.ts';
import type { Secret } from '../../schema/secret.ts';

export type Lock = { readonly recipient: string } | { readonly passphrase: Secret };
export type Key = { readonly identity: Secret } | { readonly passphrase: Secret };

/** Writes beside and renames at the end: a file by that name is whole, or not there. @throws Refusal `conflict` when there is one already */
export async function writeSealed(
  path: string,
  lock: Lock,
  lines: AsyncIterable<string | Buffer>,
): Promise<void> {
  if (existsSync(path)) throw new Refusal('conflict', `${path} exists already`);
  const encrypter = new Encrypter();
  if ('recipient' in lock) encrypter.addRecipient(lock.recipient);
  else encrypter.setPassphrase(lock.passphrase.reveal());
  const beside = `${path}.part`;
  const compressed = createGzip();
  // Failures of what is compressed come out of what it is piped into.
  const feeding = pipeline(Readable.from(lines, { objectMode: false }), compressed);
  feeding.catch(() => {});
  try {
    const encrypted = await encrypter.encrypt(Readable.toWeb(compressed) as ReadableStream<Uint8Array>);
    const file = createWriteStream(beside, { flags: 'wx', mode: 0o600, flush: true });
    await Promise.all([feeding, pipeline(Readable.from(encrypted, { objectMode: false }), file)]);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** @throws Refusal `backup_invalid` as soon as something is not what was written */
export async function* readSealed(path: string, key: Key): AsyncGenerator<string> {
  const decrypter = new Decrypter();
  if ('identity' in key) decrypter.addIdentity(key.identity.reveal());
  else decrypter.addPassphrase(key.passphrase.reveal());
  const file = createReadStream(path);
  try {
    const plain = await decrypter.decrypt(Readable.toWeb(file) as ReadableStream<Uint8Array>);
    const text = createGunzip();
    const feeding = pipeline(Readable.from(plain, { objectMode: false }), text);
    feeding.catch((error: unknown) =>
      text.destroy(error instanceof Error ? error : new Error(String(error))),
    );
    yield* linesOf(text);
    await feeding;
  } catch (cause) {
    if (cause instanceof Refusal || (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'))
      throw cause;
    throw new Refusal('backup_invalid', undefined, { cause });
  } finally {
    file.destroy();
  }
}

/** Of what may be gigabytes: one chunk and one line at a time. COPY's text has no line end inside a row. */
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
      yield rest.toString('utf8', start, end);
      start = end + 1;
    }
    rest = rest.subarray(start);
  }
  if (rest.length > 0) throw new Refusal('backup_invalid');
}
