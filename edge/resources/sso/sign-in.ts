/** Signing in by an organization's provider, from the question which there are to the tokens. */
import { z } from 'zod';
import { SignedIn } from '../../../schema/api/auth.ts';
import {
  CodeExchange,
  DirectoryLogin,
  DiscoverRequest,
  ProviderChoices,
  StartAnswer,
  StartRequest,
} from '../../../schema/api/sso.ts';
import { IdentityProviderId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { forAnyone } from '../../access.ts';
import { clientAddress } from '../../client-address.ts';
import { answers, createRoute, json, newRouter } from '../../routes.ts';
import { hand, originOf } from '../../sign-in/hand.ts';
import { attemptOver, begin, newSecret, takeCode } from '../../sso/attempts.ts';
import { discover } from '../../sso/discover.ts';
import { finish } from '../../sso/finish.ts';
import { identifyByLdap } from '../../sso/ldap.ts';
import { beginOidc, finishOidc } from '../../sso/oidc.ts';
import { loadProvider, ofKind } from '../../sso/providers.ts';
import { admit } from '../../sso/provision.ts';
import { beginSaml, finishSaml, samlMetadata } from '../../sso/saml.ts';
import { recordRefusal, settle } from '../../sso/settle.ts';

const STEPS_PER_ADDRESS = { name: 'sso-address', max: 120, windowS: 60 };
const LOGIN_PER_ADDRESS = { name: 'login-address', max: 30, windowS: 60 };
const LOGIN_PER_ACCOUNT = { name: 'sso-account', max: 10, windowS: 60 };

const OneProvider = z.object({ provider: IdentityProviderId });
const State = z.string().min(1).max(256);
const REDIRECTS = { 303: { description: 'Back to the program that began it' } } as const;

const which = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/sso/discover',
  summary: 'The identity providers to sign in with',
  request: { body: json(DiscoverRequest) },
  responses: answers(200, ProviderChoices),
});
const start = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/sso/start',
  summary: 'Begin to sign in at a provider: the address to go to',
  request: { body: json(StartRequest) },
  responses: answers(200, StartAnswer),
});
const oidcCallback = createRoute({
  ...forAnyone,
  method: 'get',
  path: '/v1/sso/oidc/{provider}/callback',
  summary: 'Come back from an OpenID Connect provider',
  request: { params: OneProvider, query: z.looseObject({ state: State }) },
  responses: REDIRECTS,
});
const samlAssertion = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/sso/saml/{provider}/assertion',
  summary: 'Come back from a SAML provider with its assertion',
  request: {
    params: OneProvider,
    body: {
      required: true,
      content: {
        'application/x-www-form-urlencoded': {
          schema: z.object({
            SAMLResponse: z
              .base64()
              .max(200_000)
              .meta({ examples: ['PHNhbWxwOlJlc3BvbnNlLz4='] }),
            RelayState: State,
          }),
        },
      },
    },
  },
  responses: REDIRECTS,
});
const metadata = createRoute({
  ...forAnyone,
  method: 'get',
  path: '/v1/sso/saml/{provider}/metadata',
  summary: 'What a SAML provider must know of this side',
  request: { params: OneProvider },
  responses: {
    200: {
      description: 'SAML metadata',
      content: {
        'application/samlmetadata+xml': {
          schema: z
            .string()
            .meta({ examples: ['<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>'] }),
        },
      },
    },
  },
});
const directory = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/sso/ldap',
  summary: "Sign in with a directory's password",
  request: { body: json(DirectoryLogin) },
  responses: answers(200, SignedIn),
});
const exchange = createRoute({
  ...forAnyone,
  method: 'post',
  path: '/v1/sso/token',
  summary: 'Exchange the one-time code for tokens',
  request: { body: json(CodeExchange) },
  responses: answers(200, SignedIn),
});

export const signIn = newRouter();

signIn.openapi(which, async (c) => {
  const { db, limits } = c.get('services');
  await limits.attempt(STEPS_PER_ADDRESS, clientAddress(c));
  const { organization } = c.req.valid('json');
  return c.json({ providers: await db.platform((tx) => discover(tx, organization)) }, 200);
});

signIn.openapi(start, async (c) => {
  const services = c.get('services');
  const { db, limits, master, now } = services;
  await limits.attempt(STEPS_PER_ADDRESS, clientAddress(c));
  const { provider: id, challenge, returnTo } = c.req.valid('json');
  const provider = await db.platform((tx) => loadProvider(tx, master, id));
  const state = newSecret();
  const { kind } = provider.settings;
  if (kind === 'ldap')
    throw new Refusal('bad_request', 'a directory asks for your password: there is nothing to start');
  const { url, expected } =
    kind === 'oidc'
      ? await beginOidc(services, ofKind(provider, 'oidc'), state)
      : await beginSaml(services, ofKind(provider, 'saml'), state);
  await db.platform((tx) => begin(tx, master, now(), { state, provider: id, challenge, returnTo, expected }));
  return c.json({ url }, 200);
});

signIn.openapi(oidcCallback, async (c) => {
  const services = c.get('services');
  await services.limits.attempt(STEPS_PER_ADDRESS, clientAddress(c));
  const { provider: id } = c.req.valid('param');
  const { state } = c.req.valid('query');
  const { search } = new URL(c.req.url);
  const to = await settle(
    { services, requestId: c.get('requestId'), provider: id, state },
    async (provider, expected) => {
      if (expected.kind !== 'oidc') throw attemptOver();
      return { identity: await finishOidc(services, ofKind(provider, 'oidc'), search, state, expected) };
    },
  );
  return c.redirect(to, 303);
});

signIn.openapi(samlAssertion, async (c) => {
  const services = c.get('services');
  await services.limits.attempt(STEPS_PER_ADDRESS, clientAddress(c));
  const { provider: id } = c.req.valid('param');
  const { SAMLResponse, RelayState: state } = c.req.valid('form');
  const to = await settle(
    { services, requestId: c.get('requestId'), provider: id, state },
    async (provider, expected) => {
      if (expected.kind !== 'saml') throw attemptOver();
      const { identity, ...once } = await finishSaml(
        services,
        ofKind(provider, 'saml'),
        SAMLResponse,
        expected,
      );
      return { identity, once };
    },
  );
  return c.redirect(to, 303);
});

signIn.openapi(metadata, async (c) => {
  const services = c.get('services');
  const { provider: id } = c.req.valid('param');
  const provider = await services.db.platform((tx) => loadProvider(tx, services.master, id, 'any'));
  return c.body(await samlMetadata(services, ofKind(provider, 'saml')), 200, {
    'content-type': 'application/samlmetadata+xml',
  });
});

signIn.openapi(directory, async (c) => {
  const services = c.get('services');
  const { db, limits, master, now } = services;
  const { provider: id, username, password, cookie } = c.req.valid('json');
  const requestId = c.get('requestId');
  await limits.attempt(LOGIN_PER_ADDRESS, clientAddress(c));
  await limits.attempt(LOGIN_PER_ACCOUNT, `${id} ${username.toLowerCase()}`);
  const provider = ofKind(await db.platform((tx) => loadProvider(tx, master, id)), 'ldap');
  const identity = await identifyByLdap(services, provider, username, password).catch(
    async (error: unknown) => {
      if (error instanceof Refusal) await db.platform((tx) => recordRefusal(tx, provider, requestId, error));
      throw error;
    },
  );
  const outcome = await db.platform(async (tx) => {
    const admission = await admit(tx, provider, identity, { now: now(), requestId });
    return admission.admitted
      ? finish(tx, services, { user: admission.user, org: provider.org }, originOf(c))
      : admission.refusal;
  });
  if (outcome instanceof Refusal) throw outcome;
  return c.json(hand(c, outcome, cookie), 200);
});

signIn.openapi(exchange, async (c) => {
  const services = c.get('services');
  const { db, limits, now } = services;
  await limits.attempt(STEPS_PER_ADDRESS, clientAddress(c));
  const { code, verifier, cookie } = c.req.valid('json');
  const taken = await db.platform((tx) => takeCode(tx, now(), code, verifier));
  if (!taken) throw attemptOver();
  const signedIn = await db.platform(async (tx) => {
    const { org } = await loadProvider(tx, services.master, taken.provider);
    return finish(tx, services, { user: taken.user, org }, originOf(c));
  });
  return c.json(hand(c, signedIn, cookie), 200);
});
