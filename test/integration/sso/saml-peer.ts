/** A real SAML identity provider (npm `samlp`): it reads our request as it came and signs its answer. What a hostile one would say is set by options, or made from its honest XML. */
import samlp from 'samlp';
import { makeCertificate, type TestCertificate } from './certificate.ts';

export const ISSUER = 'urn:test:idp';

export interface Lie {
  readonly audience?: string;
  readonly recipient?: string;
  readonly inResponseTo?: string;
  readonly issuer?: string;
  readonly lifetimeInSeconds?: number;
  readonly signAssertion?: boolean;
  readonly signatureAlgorithm?: 'rsa-sha1';
  readonly digestAlgorithm?: 'sha1';
  readonly cert?: string;
  readonly key?: string;
  readonly nameIdentifierFormat?: string;
}

export type SamlPerson = {
  readonly nameId: string;
  readonly email: string;
  readonly displayName: string;
  readonly groups: readonly string[];
};

export class SamlPeer {
  readonly certificate: string;
  readonly #key: string;
  person: SamlPerson = { nameId: 's1', email: 's1@corp.test', displayName: 'S One', groups: ['staff'] };

  static async make(): Promise<SamlPeer> {
    return new SamlPeer(await makeCertificate('the test IdP'));
  }

  constructor({ certificate, key }: TestCertificate) {
    this.certificate = certificate;
    this.#key = key;
  }

  /** @param url where our side sends the person @returns the response's XML and the state to bring back */
  async answer(url: string, recipient: string, lie: Lie = {}): Promise<{ xml: string; state: string }> {
    const query = Object.fromEntries(new URL(url).searchParams);
    const { person } = this;
    const xml = await new Promise<string>((resolve, reject) => {
      const answer = samlp.auth({
        issuer: ISSUER,
        cert: this.certificate,
        key: this.#key,
        recipient,
        destination: recipient,
        lifetimeInSeconds: 300,
        getPostURL: (_audience, _request, _req, done) => done(null, recipient),
        getUserFromRequest: () => person,
        profileMapper: ({ nameId, ...attributes }) => ({
          getClaims: () => attributes,
          getNameIdentifier: () => ({ nameIdentifier: nameId }),
        }),
        responseHandler: (response) => resolve(response.toString()),
        ...lie,
      });
      answer({ method: 'GET', query, body: {} }, { send: (why) => reject(new Error(String(why))) }, reject);
    });
    return { xml, state: query['RelayState'] ?? '' };
  }
}
