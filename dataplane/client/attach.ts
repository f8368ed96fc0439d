/** Attaching with a ticket: dials an entry, proves possession of the key, seals with the service node, and waits for its word. */
import { base64url } from 'jose';
import type { SessionTicket } from '../../schema/api/sessions.ts';
import { TRAFFIC_CLASS } from '../../schema/channel.ts';
import { ProtocolViolation, Refusal } from '../../schema/refusal.ts';
import { proveToken } from '../../schema/tokens/proof.ts';
import { AttachAnswer, SealAnswer } from '../../schema/wire/attach.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import { AttachmentKeys, sealPrologue } from '../channel/keys.ts';
import { initiate } from '../channel/noise.ts';
import { SealedChannels } from '../channel/sealed-channels.ts';
import { messageHead, takeHead } from '../transport/head.ts';
import { Attachment } from './attachment.ts';
import { type AttachOptions, type DialEntry, dialEntries } from './entries.ts';

export type { AttachOptions, DialEntry };

const ANSWER_MS = 40_000;

/** @throws Refusal: `no_entry` when none was reached, `seal_broken` when it is not the service node that answered, else what entry or service node said */
export async function attach(
  ticket: SessionTicket,
  keys: CryptoKeyPair,
  options: AttachOptions,
): Promise<Attachment> {
  const { aead, now = Date.now } = options;
  const dialing = dialEntries(ticket.entries, options);
  // Waited for below; what fails before must not leave its failure unheard.
  dialing.catch(() => {});
  const prologue = sealPrologue(ticket.session, ticket.attachment, ticket.token);
  const handshake = await initiate(base64url.decode(ticket.sealKey), prologue, new Uint8Array(), aead);
  const proof = await proveToken(ticket.token, handshake.message, keys, now());
  const connection = await dialing;
  try {
    const stream = await connection.openStream(TRAFFIC_CLASS.control);
    const { token } = ticket;
    stream.write(encodeMessage({ type: 'attach', version: 2, token, proof, seal: handshake.message }));
    const answer = await takeHead(stream, messageHead(SealAnswer), ANSWER_MS);
    if (answer.value.type === 'refused') throw new Refusal(answer.value.code, answer.value.message);
    const secrets = await handshake.finish(answer.value.seal);
    const channels = await SealedChannels.start(new AttachmentKeys(secrets, aead, 'client'), {
      lost: (channel, broken) => attachment?.channelLost(channel, broken),
    });
    let attachment: Attachment | undefined;
    channels.control.join(answer.stream, 0);
    const head = takeHead(channels.control, messageHead(AttachAnswer), ANSWER_MS);
    const broken = connection.closed.then(() => {
      throw new ProtocolViolation('the connection ended');
    });
    broken.catch(() => {});
    const { value, stream: control } = await Promise.race([head, broken]);
    if (value.type === 'refused') throw new Refusal(value.code, value.message);
    attachment = new Attachment({ ticket, keys, options, channels, connection, control, attached: value });
    return attachment;
  } catch (error) {
    void connection.close(0, 'not attached');
    throw error instanceof ProtocolViolation
      ? new Refusal('unavailable', 'the entry node did not answer', { cause: error })
      : error;
  }
}
