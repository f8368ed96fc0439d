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

test('many askers make one renewal', async () => {
  const { calls, send } = server();
  const access = new Access(send, () => 0);
  const tokens = await Promise.all([access.token(), access.token(), access.token()]);
  expect(new Set(tokens).size).toBe(1);
  expect(calls).toEqual(['/v1/auth/refresh']);
});

test('a token near its end is renewed, one with life left is not', async () => {
  const { calls, send } = server();
  let now = 0;
  const access = new Access(send, () => now);
  await access.signIn('a@b.test', 'secret');
  now = 500_000;
  await access.token();
  expect(calls).toHaveLength(1);
  now = 580_000;
  await access.token();
  expect(calls).toEqual(['/v1/auth/login', '/v1/auth/refresh']);
});

test('a refused sign-in says why', async () => {
  const problem = {
    type: 'x',
    title: 'x',
    status: 401,
    detail: 'no',
    code: 'bad_credentials',
    requestId: 'r',
  };
  const access = new Access(
    async () => Response.json(problem, { status: 401 }),
    () => 0,
  );
  const refused = await access.signIn('a', 'b').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Refusal);
  expect(refused).toMatchObject({ code: 'bad_credentials', message: 'no' });
});
