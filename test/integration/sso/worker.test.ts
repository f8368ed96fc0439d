/** What the same code does in workerd: OpenID Connect and SAML work there as on Node; LDAP says that it does not. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browse, changed, OidcPeer } from './oidc-peer.ts';
import { ISSUER, SamlPeer } from './saml-peer.ts';
import { SsoApi } from './sso-api.ts';

let sso: SsoApi;
let worker: ChildProcess;
let port = 0;

beforeAll(async () => {
  sso = await SsoApi.start();
  const main = fileURLToPath(new URL('../../../edge/setup/worker-process.ts', import.meta.url));
  const bindings = { ...sso.api.services.env, FABRIC_REQUEST_LIMITS: '1', PORT: '0', LOG_LEVEL: 'error' };
  worker = fork(main, { env: { ...process.env, ...bindings } });
  const ended = once(worker, 'exit').then(() => {
    throw new Error('the Worker ended');
  });
  const [message] = await Promise.race([once(worker, 'message'), ended]);
  port = message.listening;
});
afterAll(async () => {
  const gone = once(worker, 'exit');
  if (worker.kill('SIGTERM')) await gone;
  await sso[Symbol.asyncDispose]();
});

/** @param address of the installation, wherever it thinks it is */
async function ask(address: string, body?: object | URLSearchParams) {
  const { pathname, search } = new URL(address, 'http://localhost:7443');
  const isForm = body instanceof URLSearchParams;
  const response = await fetch(`http://127.0.0.1:${port}${pathname}${search}`, {
    redirect: 'manual',
    ...(body ? { method: 'POST', body: isForm ? body : JSON.stringify(body) } : {}),
    ...(isForm ? {} : { headers: { 'content-type': 'application/json' } }),
  });
  const location = response.headers.get('location') ?? '';
  const text = await response.text();
  const said = new URLSearchParams(location.slice(location.indexOf('?') + 1));
  return { said, body: text.startsWith('{') ? JSON.parse(text) : text };
}

test('OpenID Connect, honest and not', async () => {
  await using peer = await OidcPeer.start();
  const settings = {
    kind: 'oidc',
    issuer: peer.issuer,
    clientId: peer.client.id,
    scopes: ['email', 'profile', 'groups'],
  };
  const { body: provider } = await sso.provider('oidc', settings, { secret: peer.client.secret });
  await peer.serve([provider.redirectUrl]);
  for (const [lie, outcome] of [
    [undefined, null],
    [changed({ nonce: 'another' }), 'sso_refused'],
  ] as const) {
    peer.lie = lie;
    const { challenge, verifier } = sso.secret();
    const begun = await ask('/v1/sso/start', { provider: provider.id, challenge, returnTo: 'console' });
    const { said } = await ask(await browse(begun.body.url, 'http://localhost:7443/'));
    expect(said.get('error')).toBe(outcome);
    if (outcome !== null) continue;
    const { body } = await ask('/v1/sso/token', { code: said.get('code'), verifier });
    expect(body.user.email).toBe('p1@corp.test');
  }
});

test('SAML, honest and forged', async () => {
  const peer = await SamlPeer.make();
  const { body: provider } = await sso.provider('saml', {
    kind: 'saml',
    idpIssuer: ISSUER,
    entryPoint: 'https://idp.example.com/sso',
    certificates: [peer.certificate],
  });
  expect((await ask(provider.metadataUrl)).body).toContain(provider.assertionUrl);
  for (const [from, to, outcome] of [
    ['', '', null],
    ['s1@corp.test', 'victim@corp.test', 'sso_refused'],
  ] as const) {
    const { challenge, verifier } = sso.secret();
    const begun = await ask('/v1/sso/start', { provider: provider.id, challenge, returnTo: 'console' });
    const { xml, state } = await peer.answer(begun.body.url, provider.assertionUrl);
    const SAMLResponse = Buffer.from(xml.replaceAll(from, to)).toString('base64');
    const { said } = await ask(
      provider.assertionUrl,
      new URLSearchParams({ SAMLResponse, RelayState: state }),
    );
    expect(said.get('error')).toBe(outcome);
    if (outcome !== null) continue;
    const { body } = await ask('/v1/sso/token', { code: said.get('code'), verifier });
    expect(body.user.email).toBe('s1@corp.test');
  }
});

test('LDAP is refused by name, before a password goes anywhere', async () => {
  const { body: provider } = await sso.provider(
    'ldap',
    { kind: 'ldap', url: 'ldaps://127.0.0.1:9', bindDn: 'cn=x', baseDn: 'dc=x' },
    { secret: 'x' },
  );
  const { body } = await ask('/v1/sso/ldap', { provider: provider.id, username: 'ada', password: 'x' });
  expect(body.code).toBe('not_on_this_runtime');
});
