/** Texts between the clipboards of a client and an adapter: the ways that are allowed, up to the limit, and the newest when there are many. */
import { expect, test } from 'vitest';
import type { ChannelGrant } from '../../schema/channel.ts';
import { ClipboardChannel } from '../channel/clipboard.ts';
import { attach } from '../client/attach.ts';
import { World } from './test-world.ts';

async function clipboards(grant: ChannelGrant, atClient = { maySend: true, mayReceive: true }) {
  const world = await World.make({ clipboard: grant });
  const there: string[] = [];
  const here: string[] = [];
  let served: ClipboardChannel | undefined;
  world.serve = async ({ accept, grant: { send, receive } }) => {
    served = new ClipboardChannel(accept(), { maySend: receive, mayReceive: send }, (text) =>
      there.push(text),
    );
    await served.closed;
  };
  const attachment = await attach(await world.ticket(), world.client, world.options);
  const client = await attachment.openClipboard(atClient, (text) => here.push(text));
  if (!served) throw new Error('nobody served');
  return { client, served, here, there };
}

test('text goes each way, whole, up to 64 KiB', async () => {
  const { client, served, here, there } = await clipboards({ send: true, receive: true });
  const texts = ['', 'é'.repeat(32 * 1024), 'short'];
  for (const text of texts) {
    await client.copy(text);
    await served.copy(`${text.slice(0, 9)}!`);
    await expect.poll(() => [there.at(-1), here.at(-1)]).toEqual([text, `${text.slice(0, 9)}!`]);
  }
  await expect(client.copy('x'.repeat(64 * 1024 + 1))).rejects.toMatchObject({ code: 'quota_exceeded' });
  client.close();
});

test('of many at once the newest arrives last, and not all', async () => {
  const { client, there } = await clipboards({ send: true, receive: true });
  await Promise.all(Array.from({ length: 50 }, (_, at) => client.copy(`copy ${at}`)));
  await expect.poll(() => there.at(-1)).toBe('copy 49');
  expect(there.length).toBeLessThan(10);
  client.close();
});

test('a client that may not send is cut off when it does, and what it sent is nowhere', async () => {
  const { client, served, here, there } = await clipboards({ send: false, receive: true });
  await served.copy('for you');
  await expect.poll(() => here).toEqual(['for you']);
  await client.copy('not for you');
  await client.closed;
  expect(there).toEqual([]);
});

test('an end that may not send refuses at once', async () => {
  const { client, served } = await clipboards(
    { send: true, receive: false },
    { maySend: false, mayReceive: true },
  );
  await expect(served.copy('secret')).rejects.toMatchObject({ code: 'channel_not_allowed' });
  await expect(client.copy('secret')).rejects.toMatchObject({ code: 'channel_not_allowed' });
  client.close();
});
