import { expect, test } from 'vitest';
import { Refusal } from '../../schema/refusal.ts';
import { Access } from './access.ts';

const user = {
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  email: 'a@b.test',
  name: 'A',
  platformRole: null,
  organizations: [],
};

function server() {
  const calls: string[] = [];
  const send = async (path: string) => {
    calls.push(path);
    return Response.json({ accessToken: `token-${calls.length}`, expiresIn: 600, user });
  };
  return { calls, send };
}

const nobody = async () => {
  throw new Refusal('forbidden', 'nobody is asked here');
};

test('many askers make one renewal', async () => {
  const { calls, send } = server();
  const access = new Access(send, () => 0, nobody);
  const tokens = await Promise.all([access.token(), access.token(), access.token()]);
  expect(new Set(tokens).size).toBe(1);
  expect(calls).toEqual(['/v1/auth/refresh']);
});

test('a token near its end is renewed, one with life left is not', async () => {
  const { calls, send } = server();
  let now = 0;
  const access = new Access(send, () => now, nobody);
  access.finish(await access.post('/v1/auth/passkey/finish', {}));
  now = 500_000;
  await access.token();
  expect(calls).toHaveLength(1);
  now = 580_000;
  await access.token();
  expect(calls).toEqual(['/v1/auth/passkey/finish', '/v1/auth/refresh']);
});

const problem = (code: string, status: number) =>
  Response.json({ type: 'x', title: 'x', status, detail: 'no', code, requestId: 'r' }, { status });

test('a refusal says why', async () => {
  const access = new Access(
    async () => problem('bad_credentials', 401),
    () => 0,
    nobody,
  );
  const refused = await access.renew().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Refusal);
  expect(refused).toMatchObject({ code: 'bad_credentials', message: 'no' });
});

test('a call that needs a proof asks for one and is made again; one that is not given stays refused', async () => {
  let proven = false;
  const send = async (path: string) =>
    path === '/v1/auth/refresh'
      ? Response.json({ accessToken: 't', expiresIn: 600, user })
      : proven
        ? Response.json({ done: true })
        : problem('step_up_required', 401);
  const prove = async () => {
    proven = true;
  };
  expect(await new Access(send, () => 0, prove).call('PUT', '/v1/x', {})).toEqual({ done: true });
  proven = false;
  await expect(new Access(send, () => 0, nobody).call('PUT', '/v1/x', {})).rejects.toThrow('nobody is asked');
});
