/** Staying signed in: the access token lives in memory only; the refresh token in a cookie that this page never sees. */
import { SignedIn } from '../../schema/api/auth.ts';
import { answerOf } from '../../schema/api/problem.ts';

/** Renewed when it has less life than this left, milliseconds. */
const MARGIN_MS = 30_000;

export type Send = (path: string, init: RequestInit) => Promise<Response>;

export class Access {
  readonly #send: Send;
  readonly #now: () => number;
  #signedIn: SignedIn | undefined;
  #expiresAt = 0;
  #renewing: Promise<SignedIn> | undefined;

  constructor(send: Send, now: () => number) {
    this.#send = send;
    this.#now = now;
  }

  async signIn(email: string, password: string): Promise<SignedIn> {
    return this.#keep(await this.#post('/v1/auth/login', { email, password, cookie: true }));
  }

  async signOut(): Promise<void> {
    this.#signedIn = undefined;
    await this.#post('/v1/auth/logout', {}).catch(() => {});
  }

  /** A token with life left; however many ask at once, one renewal is made. @throws Refusal */
  async token(): Promise<string> {
    if (this.#signedIn && this.#expiresAt - this.#now() > MARGIN_MS) return this.#signedIn.accessToken;
    return (await this.renew()).accessToken;
  }

  renew(): Promise<SignedIn> {
    this.#renewing ??= this.#post('/v1/auth/refresh', {})
      .then((answer) => this.#keep(answer))
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }

  #keep(answer: unknown): SignedIn {
    const signedIn = SignedIn.parse(answer);
    this.#signedIn = signedIn;
    this.#expiresAt = this.#now() + signedIn.expiresIn * 1000;
    return signedIn;
  }

  async #post(path: string, body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    return answerOf(
      await this.#send(path, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
        credentials: 'same-origin',
      }),
    );
  }
}
