/** Sign-in by SAML 2.0 against a real identity provider's library, and against what an attacker makes of its answers. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeCertificate } from './certificate.ts';
import { ISSUER, type Lie, SamlPeer } from './saml-peer.ts';
import { SsoApi } from './sso-api.ts';

let sso: SsoApi;
let peer: SamlPeer;
let provider: string;
let assertionUrl: string;

beforeAll(async () => {
  [sso, peer] = [await SsoApi.start(), await SamlPeer.make()];
  const settings = {
    kind: 'saml',
    idpIssuer: ISSUER,
    entryPoint: 'https://idp.example.com/sso',
    certificates: [peer.certificate],
  };
  const made = await sso.provider('adfs', settings);
  expect(made.status).toBe(201);
  provider = made.body.id;
  assertionUrl = made.body.assertionUrl;
});
afterAll(() => sso[Symbol.asyncDispose]());
beforeEach(() => {
  peer.person = { nameId: 's1', email: 's1@corp.test', displayName: 'S One', groups: ['staff'] };
});

async function post(xml: string, state: string) {
  const form = new URLSearchParams({ SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: state });
  return sso.api.postForm(new URL(assertionUrl).pathname, form);
}

/** @param change what happens to the honest XML on its way */
async function attempt(lie: Lie = {}, change: (xml: string) => string = (xml) => xml) {
  const { url, verifier } = await sso.begin(provider);
  const { xml, state } = await peer.answer(url, assertionUrl, lie);
  const sent = change(xml);
  const answer = await post(sent, state);
  return { said: sso.said(answer), verifier, sent, state };
}

async function refused(lie: Lie, change?: (xml: string) => string): Promise<string> {
  const { said } = await attempt(lie, change);
  expect(said.get('code')).toBeNull();
  expect(said.get('error')).toBe('sso_refused');
  return (await sso.audit())[0]?.reason ?? '';
}

test('a signed assertion that answers our request signs in, with the role its groups give', async () => {
  peer.person = { ...peer.person, groups: ['staff', 'ops'] };
  const { said, verifier } = await attempt();
  const { status, body } = await sso.exchange(said.get('code'), verifier);
  expect(status).toBe(200);
  expect(body.user).toMatchObject({
    email: 's1@corp.test',
    name: 'S One',
    organizations: [{ role: 'organization_operator' }],
  });
});

test('our metadata names this side and wants assertions signed', async () => {
  const { body, headers } = await sso.api.call('GET', `/v1/sso/saml/${provider}/metadata`);
  expect(headers.get('content-type')).toContain('application/samlmetadata+xml');
  for (const part of [assertionUrl, 'WantAssertionsSigned="true"', `/v1/sso/saml/${provider}/metadata`])
    expect(body).toContain(part);
});

test.each<[string, Lie, string]>([
  ['without a signature', { signAssertion: false }, 'signature'],
  ['for another audience', { audience: 'https://another.test' }, 'audience'],
  ['for another recipient', { recipient: 'https://another.test/acs' }, 'recipient'],
  ['of another issuer', { issuer: 'urn:evil' }, 'issuer'],
  ['that is too old', { lifetimeInSeconds: -600 }, 'subject confirmation'],
  ['that answers another request', { inResponseTo: '_another' }, 'InResponseTo'],
  ['signed with SHA-1', { signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' }, 'SHA-1'],
])('refuses an assertion %s', async (_, lie, why) => {
  expect(await refused(lie)).toContain(why);
});

test("refuses an assertion signed with another key, though it brings that key's certificate", async () => {
  const { certificate, key } = await makeCertificate('someone else');
  expect(await refused({ cert: certificate, key })).toContain('ignature');
});

test('an answer is taken once: neither the same state nor the same assertion with a new one', async () => {
  const { said, sent, state } = await attempt();
  expect(said.get('code')).toBeTruthy();
  expect((await post(sent, state)).body.code).toBe('sso_refused');
  const other = await sso.begin(provider);
  const fresh = new URL(other.url).searchParams.get('RelayState') ?? '';
  expect(sso.said(await post(sent, fresh)).get('error')).toBe('sso_refused');
});

test('refuses an answer nobody here asked for', async () => {
  const { url } = await sso.begin(provider);
  const { xml } = await peer.answer(url, assertionUrl);
  expect((await post(xml, 'invented')).body.code).toBe('sso_refused');
});

const assertionIn = (xml: string) => /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)?.[0] ?? '';
const signatureIn = (xml: string) => /<Signature[\s\S]*<\/Signature>/.exec(xml)?.[0] ?? '';
/** Another person, under another id and without the signature. */
const forgery = (xml: string) =>
  assertionIn(xml)
    .replace(signatureIn(xml), '')
    .replace(/ID="[^"]+"/, 'ID="_forged"')
    .replaceAll('s1', 'victim');

/** After Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (USENIX Security 2012). */
test.each<[string, (xml: string) => string]>([
  [
    'beside the signed one, before it',
    (xml) => xml.replace(assertionIn(xml), forgery(xml) + assertionIn(xml)),
  ],
  [
    'beside the signed one, after it',
    (xml) => xml.replace(assertionIn(xml), assertionIn(xml) + forgery(xml)),
  ],
  [
    'around the signed one',
    (xml) =>
      xml.replace(
        assertionIn(xml),
        forgery(xml).replace('</saml:Assertion>', `${assertionIn(xml)}</saml:Assertion>`),
      ),
  ],
  [
    'with the signature, which holds the signed one as its object',
    (xml) => {
      const bare = assertionIn(xml).replace(signatureIn(xml), '');
      const signature = signatureIn(xml).replace('</Signature>', `<Object>${bare}</Object></Signature>`);
      return xml.replace(
        assertionIn(xml),
        forgery(xml).replace(/(<saml:Issuer>.*?<\/saml:Issuer>)/, `$1${signature}`),
      );
    },
  ],
  [
    'while the signed one hides in an extension',
    (xml) =>
      xml.replace(
        assertionIn(xml),
        `<samlp:Extensions>${assertionIn(xml)}</samlp:Extensions>${forgery(xml)}`,
      ),
  ],
  [
    'under the id of the signed one',
    (xml) => {
      const id = /<saml:Assertion[^>]* ID="([^"]+)"/.exec(xml)?.[1] ?? '';
      return xml.replace(assertionIn(xml), forgery(xml).replace('_forged', id) + assertionIn(xml));
    },
  ],
  ['in place of what was signed', (xml) => xml.replaceAll('s1@corp.test', 'victim@corp.test')],
])('refuses a forged assertion %s', async (_, wrap) => {
  const wrapped = (xml: string) => {
    const made = wrap(xml);
    expect(made).not.toBe(xml);
    expect(made).toContain('victim');
    return made;
  };
  expect(await refused({}, wrapped)).toContain('nvalid signature');
  const { body } = await sso.api.call(
    'GET',
    `/v1/orgs/${sso.tenant.org}/members`,
    undefined,
    sso.tenant.owner.token,
  );
  expect(JSON.stringify(body)).not.toContain('victim');
});

test('a comment inside a signed name cuts nothing off', async () => {
  peer.person = { ...peer.person, nameId: 's2', email: 'victim@corp.test.evil.example' };
  const { said, verifier } = await attempt({}, (xml) =>
    xml.replace('corp.test.evil', 'corp.test<!---->.evil'),
  );
  if (said.get('code') === null) return expect(said.get('error')).toBe('sso_refused');
  const { body } = await sso.exchange(said.get('code'), verifier);
  expect(body.user.email).toBe('victim@corp.test.evil.example');
});

test('refuses a document type before anything reads it', async () => {
  const entity = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
  expect(await refused({}, (xml) => entity + xml)).toContain('document type');
});

test('refuses names that are another each time', async () => {
  const nameIdentifierFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';
  expect(await refused({ nameIdentifierFormat })).toContain('NameID');
});
