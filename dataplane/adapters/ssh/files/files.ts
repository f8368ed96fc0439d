/** A `file_transfer` channel of an SSH target: files go over SFTP. To send is to upload, to receive is to download; each is allowed by itself. */
import type { Client as SshClient } from 'ssh2';
import type { ChannelGrant } from '../../../../schema/channel.ts';
import { ProtocolViolation, Refusal } from '../../../../schema/refusal.ts';
import { FileRequest, isPlainName, MAX_ENTRIES } from '../../../../schema/wire/file-transfer.ts';
import { MessageStream } from '../../../channel/message-stream.ts';
import type { PendingChannel } from '../../adapter.ts';
import { readFile } from './read.ts';
import { Sftp } from './sftp.ts';
import { writeFile } from './write.ts';

export async function serveFiles(ssh: SshClient, { accept, grant }: PendingChannel): Promise<void> {
  const sftp = await Sftp.open(ssh);
  const messages = new MessageStream(accept(), FileRequest);
  try {
    for (let request = await messages.next(); request; request = await messages.next())
      await new Request(sftp, grant, messages, request).answer();
    messages.end();
  } catch (error) {
    // The client left, or broke the protocol: its channel is over either way.
    if (!(error instanceof Refusal || error instanceof ProtocolViolation)) throw error;
    messages.close();
  } finally {
    sftp.close();
  }
}

class Request {
  readonly #sftp: Sftp;
  readonly #grant: ChannelGrant;
  readonly #messages: MessageStream<typeof FileRequest>;
  readonly #request: FileRequest;
  /** A file's bytes may still come, though nobody wants them any more. */
  #isOpen: boolean;
  #lost: unknown;

  constructor(
    sftp: Sftp,
    grant: ChannelGrant,
    messages: MessageStream<typeof FileRequest>,
    request: FileRequest,
  ) {
    this.#sftp = sftp;
    this.#grant = grant;
    this.#messages = messages;
    this.#request = request;
    this.#isOpen = request.type === 'write';
  }

  /** @throws what ends the channel */
  async answer(): Promise<void> {
    try {
      await this.#do();
    } catch (error) {
      if (this.#lost) throw this.#lost;
      if (!(error instanceof Refusal)) throw error;
      await this.#say({ type: 'failed', code: error.code, message: error.message });
      while (this.#isOpen) if ((await this.#next()).type === 'finished') this.#isOpen = false;
    }
  }

  async #do(): Promise<void> {
    const request = this.#request;
    switch (request.type) {
      case 'stat':
        return this.#stat(request.path);
      case 'list':
        this.#need('receive');
        return this.#list(request.path);
      case 'read':
        this.#need('receive');
        return readFile(this.#sftp, request.path, request.have, this.#say);
      case 'write':
        this.#need('send');
        return writeFile(this.#sftp, request, this.#next, this.#say, () => {
          this.#isOpen = false;
        });
      case 'mkdir':
        this.#need('send');
        return this.#mkdir(request.path, request.mode);
      default:
        throw new ProtocolViolation('bytes of no file');
    }
  }

  #need(way: keyof ChannelGrant): void {
    if (this.#grant[way]) return;
    const what = way === 'send' ? 'uploads' : 'downloads';
    throw new Refusal('channel_not_allowed', `the policy does not allow ${what}`);
  }

  /** Who may only upload learns what kind of thing is there, and no more. */
  async #stat(path: string): Promise<void> {
    const found = await this.#sftp.stat(path, true);
    if (!found) throw new Refusal('not_found', 'there is no such file');
    const hidden = { size: 0, mode: 0, mtime: 0 };
    await this.#say({ type: 'found', ...found, ...(this.#grant.receive ? {} : hidden) });
  }

  async #list(path: string): Promise<void> {
    for await (const some of this.#sftp.entries(path)) {
      const entries = some
        .filter(({ name }) => isPlainName(name))
        .map(({ name, stat }) => ({ name, ...stat }));
      for (let at = 0; at < entries.length; at += MAX_ENTRIES)
        await this.#say({ type: 'entries', entries: entries.slice(at, at + MAX_ENTRIES) });
    }
    await this.#say({ type: 'listed' });
  }

  async #mkdir(path: string, mode: number): Promise<void> {
    const found = await this.#sftp.stat(path, true);
    if (found && found.kind !== 'directory')
      throw new Refusal('conflict', 'something that is not a directory is in the way');
    if (!found) await this.#sftp.mkdir(path, mode);
    await this.#say({ type: 'done' });
  }

  readonly #say = (message: object): Promise<void> => this.#heard(this.#messages.send(message));

  readonly #next = async (): Promise<FileRequest> => {
    const message = await this.#heard(this.#messages.next());
    if (message) return message;
    this.#lost = new ProtocolViolation('the client left in the middle of a file');
    throw this.#lost;
  };

  /** What the channel itself throws is not an answer to the client. */
  async #heard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#lost = error;
      throw error;
    }
  }
}
