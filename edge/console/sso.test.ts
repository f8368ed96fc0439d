import { expect, test } from 'vitest';
import { ProviderView } from '../../schema/api/sso.ts';
import { arriveBySso } from './sso.ts';
import { readForm, writeForm } from './sso-form.ts';

function storageOf(verifier: string | null) {
  const kept = new Map(verifier === null ? [] : [['fabric-sso', verifier]]);
  return {
    length: 0,
    clear: () => kept.clear(),
    key: () => null,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
}

const answering = (sent: unknown[]) => async (_path: string, init: RequestInit) => {
  sent.push(JSON.parse(String(init.body)));
  return Response.json({});
};

test('a code is exchanged with the secret of this tab, which is then gone', async () => {
  const [sent, storage]: [unknown[], Storage] = [[], storageOf('secret')];
  expect(await arriveBySso(answering(sent), storage, '#/sso?code=abc')).toBeUndefined();
  expect(sent).toEqual([{ code: 'abc', verifier: 'secret', cookie: true }]);
  expect(storage.getItem('fabric-sso')).toBeNull();
});

test('a code that this tab did not ask for is sent nowhere, and an error is told in our own words', async () => {
  const sent: unknown[] = [];
  expect(await arriveBySso(answering(sent), storageOf(null), '#/sso?code=planted')).toContain('start again');
  const told = await arriveBySso(answering(sent), storageOf('x'), '#/sso?error=<b>call+this+number</b>');
  expect(told).toBe("the identity provider's answer was not accepted: start again");
  expect(await arriveBySso(answering(sent), storageOf('x'), '#/r/shell')).toBeUndefined();
  expect(sent).toEqual([]);
});

const fields = (pairs: Record<string, string>) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(pairs)) form.set(name, value);
  return form;
};

test('a form says what a provider is, and a provider fills the same form', () => {
  const oidc = {
    name: 'web',
    kind: 'oidc',
    issuer: 'https://idp.example.com',
    clientId: 'c',
    scopes: 'openid email',
  };
  const groups = 'cn=a,dc=b = organization_user\nops = organization_operator';
  const saved = readForm(fields({ ...oidc, groups, emailDomains: 'a.com b.com', provisioning: 'on' }));
  expect(saved).toMatchObject({
    settings: { kind: 'oidc', scopes: ['openid', 'email'], groupsClaim: 'groups' },
    roles: {
      groups: [
        { group: 'cn=a,dc=b', role: 'organization_user' },
        { group: 'ops', role: 'organization_operator' },
      ],
      otherwise: null,
    },
    emailDomains: ['a.com', 'b.com'],
    provisioning: true,
    enabled: false,
  });
  const view = ProviderView.parse({ ...saved, id: crypto.randomUUID(), hasSecret: false });
  const written = writeForm(view);
  expect(readForm(fields(written))).toEqual(saved);
  const strict = { ...view.settings, algorithms: ['ES256'] };
  expect(readForm(fields(written), ProviderView.shape.settings.parse(strict)).settings).toEqual(strict);
});

test('a form that lacks something says which field', () => {
  expect(() => readForm(fields({ name: 'web', kind: 'oidc', issuer: 'nonsense', clientId: 'c' }))).toThrow(
    'issuer',
  );
  expect(() => readForm(fields({ name: 'web', kind: 'oidc', groups: 'no role here' }))).toThrow('=');
});
