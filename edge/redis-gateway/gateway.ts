/**
 * Upstash's REST protocol in front of any Redis, for installations that run their own. Commands as JSON arrays to `/`, several to `/pipeline`, a
 * transaction to `/multi-exec`, or a command as a path; answers as `{"result"}` or `{"error"}`, strings in base64 when asked for.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { streamSSE } from 'hono/streaming';
import type { Redis } from 'ioredis';
import { z } from 'zod';

const MAX_BODY = 1 << 20;
const MAX_COMMANDS = 1_000;

const Argument = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const CommandWords = z.tuple([z.string()], Argument);
const Pipeline = z.array(CommandWords).min(1).max(MAX_COMMANDS);

type Reply = { result: unknown } | { error: string };

/** @param token bearer token that every request must carry */
export function createGateway(redis: Redis, token: string): Hono {
  const app = new Hono();
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${token}`);
  app.use(async (c, next) => {
    if (!timingSafeEqual(digest(c.req.header('authorization') ?? ''), expected))
      return c.json({ error: 'WRONGPASS invalid or missing auth token' }, 401);
    return next();
  });
  app.use(
    bodyLimit({ maxSize: MAX_BODY, onError: (c) => c.json({ error: 'ERR the request is too large' }, 413) }),
  );

  app.post('/pipeline', async (c) => {
    const commands = Pipeline.safeParse(await c.req.json().catch(() => undefined));
    if (!commands.success) return c.json({ error: 'ERR a pipeline is an array of command arrays' }, 400);
    const encode = encoder(c.req.header('upstash-encoding'));
    return c.json(await Promise.all(commands.data.map((words) => run(redis, words, encode))));
  });

  app.post('/multi-exec', async (c) => {
    const commands = Pipeline.safeParse(await c.req.json().catch(() => undefined));
    if (!commands.success) return c.json({ error: 'ERR a transaction is an array of command arrays' }, 400);
    const encode = encoder(c.req.header('upstash-encoding'));
    const transaction = redis.multi();
    for (const [name, ...words] of commands.data) transaction.call(name, ...words);
    try {
      const results = (await transaction.exec()) ?? [];
      return c.json(
        results.map(
          ([error, result]): Reply => (error ? { error: error.message } : { result: encode(result) }),
        ),
      );
    } catch (error) {
      return c.json({ error: error instanceof Error ? error.message : 'ERR' }, 400);
    }
  });

  for (const kind of ['subscribe', 'psubscribe'] as const) {
    app.on(['GET', 'POST'], `/${kind}/:channel`, (c) => {
      const channel = c.req.param('channel');
      return streamSSE(c, async (stream) => {
        const subscriber = redis.duplicate();
        stream.onAbort(() => subscriber.disconnect());
        subscriber.on(
          'message',
          (from, message) => void stream.writeSSE({ data: `message,${from},${message}` }),
        );
        subscriber.on(
          'pmessage',
          (pattern, from, message) =>
            void stream.writeSSE({ data: `pmessage,${pattern},${from},${message}` }),
        );
        await subscriber[kind](channel);
        await stream.writeSSE({ data: `${kind},${channel},1` });
        await new Promise<void>((resolve) => stream.onAbort(resolve));
      });
    });
  }

  app.post('/', async (c) => {
    const command = CommandWords.safeParse(await c.req.json().catch(() => undefined));
    if (!command.success)
      return c.json({ error: 'ERR a command is an array of a name and its arguments' }, 400);
    const reply = await run(redis, command.data, encoder(c.req.header('upstash-encoding')));
    return c.json(reply, 'error' in reply ? 400 : 200);
  });

  app.get('/*', async (c) => {
    const command = CommandWords.safeParse(c.req.path.split('/').slice(1).map(decodeURIComponent));
    if (!command.success) return c.json({ error: 'ERR no command' }, 400);
    const reply = await run(redis, command.data, encoder(c.req.header('upstash-encoding')));
    return c.json(reply, 'error' in reply ? 400 : 200);
  });
  return app;
}

async function run(
  redis: Redis,
  [name, ...words]: z.infer<typeof CommandWords>,
  encode: (value: unknown) => unknown,
): Promise<Reply> {
  try {
    return { result: encode(await redis.call(name, ...words)) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'ERR' };
  }
}

/** In base64 all strings but OK; numbers and null as they are. Objects, which some clients make of maps, are flat lists again. */
function encoder(encoding: string | undefined): (value: unknown) => unknown {
  const text =
    encoding === 'base64'
      ? (value: string) => (value === 'OK' ? value : Buffer.from(value).toString('base64'))
      : (value: string) => value;
  const encode = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(encode);
    if (typeof value === 'object' && value !== null) return Object.entries(value).flat().map(encode);
    return value;
  };
  return encode;
}
