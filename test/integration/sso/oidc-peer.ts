/**
 * A real OpenID Connect provider (npm `oidc-provider`) on a loopback port, where everybody is signed in at once as the account that is set. What a broken or hostile provider would
 * say is made by changing the real one's token answer on its way out, signed with the provider's own key where the lie is in the claims.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { type Account, type JWK, Provider } from 'oidc-provider';

export interface Person {
  readonly sub: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly name: string;
  readonly groups: readonly string[];
}

type Liar = (honest: string, peer: OidcPeer) => Promise<string>;

export class OidcPeer implements AsyncDisposable {
  readonly issuer: string;
  readonly client = { id: 'fabric', secret: 'the client secret of the peer' };
  person: Person = {
    sub: 'p1',
    email: 'p1@corp.test',
    email_verified: true,
    name: 'P One',
    groups: ['staff'],
  };
  lie: Liar | undefined;
  #server: Server;
  #redirects: string[] = [];
  #provider: Provider | undefined;
  #key: CryptoKey | undefined;
  #kid = '';

  static async start(): Promise<OidcPeer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const peer = new OidcPeer(server);
    server.on('request', (request, response) => void peer.#provider?.callback()(request, response));
    return peer;
  }

  constructor(server: Server) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Takes a new signing key; what it signed with before is no longer published. */
  async serve(redirects: string[] = this.#redirects): Promise<void> {
    this.#redirects = redirects;
    this.#kid = crypto.randomUUID();
    const pair = await generateKeyPair('RS256', { extractable: true });
    this.#key = pair.privateKey;
    const jwk = { ...(await exportJWK(pair.privateKey)), kid: this.#kid, use: 'sig', alg: 'RS256' };
    this.#provider = this.#make(jwk as JWK);
  }

  /** An ID token of other content, signed as the provider signs. */
  async sign(claims: JWTPayload): Promise<string> {
    if (!this.#key) throw new Error('it does not serve yet');
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: this.#kid }).sign(this.#key);
  }

  #make(jwk: JWK): Provider {
    const provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: this.client.id,
          client_secret: this.client.secret,
          redirect_uris: this.#redirects,
          grant_types: ['authorization_code'],
          response_types: ['code'],
          token_endpoint_auth_method: 'client_secret_basic',
        },
      ],
      jwks: { keys: [jwk] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
      scopes: ['openid', 'email', 'profile', 'groups'],
      cookies: { keys: ['a cookie key of the test peer'] },
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      findAccount: (_, sub): Account => ({ accountId: sub, claims: async () => ({ ...this.person }) }),
    });
    provider.use(async (ctx, next) => {
      if (ctx.path.startsWith('/interaction/')) {
        await this.#consent(provider, ctx.req, ctx.res);
        ctx.respond = false;
        return;
      }
      await next();
      const body: unknown = ctx.body;
      if (
        ctx.path === '/token' &&
        this.lie &&
        typeof body === 'object' &&
        body !== null &&
        'id_token' in body
      )
        ctx.body = { ...body, id_token: await this.lie(String(body.id_token), this) };
    });
    provider.on('server_error', (_, error) => process.stderr.write(`oidc-provider: ${error.stack}\n`));
    return provider;
  }

  async #consent(
    provider: Provider,
    ...[request, response]: Parameters<Provider['interactionDetails']>
  ): Promise<void> {
    const accountId = this.person.sub;
    const grant = new provider.Grant({ accountId, clientId: this.client.id });
    grant.addOIDCScope('openid email profile groups');
    const grantId = await grant.save();
    await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

/** Follows a browser's way through the provider until it is sent elsewhere: to `stop`. @returns that address */
export async function browse(url: string, stop: string): Promise<string> {
  const jar = new Map<string, string>();
  let at = url;
  for (let hop = 0; hop < 12; hop++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';', 1)[0]?.split(/=(.*)/) ?? [];
      jar.set(name, value);
    }
    const next = response.headers.get('location');
    if (!next) throw new Error(`no way on from ${at}: ${response.status} ${await response.text()}`);
    at = new URL(next, at).href;
    if (at.startsWith(stop)) return at;
  }
  throw new Error('sent round in circles');
}

export const changed =
  (claims: JWTPayload): Liar =>
  async (honest, peer) =>
    peer.sign({ ...decodeJwt(honest), ...claims });
