/** Staying signed in: the access token lives in memory only; the refresh token in a cookie that this page never sees. */
import { SignedIn } from '../../schema/api/auth.ts';
import { answerOf } from '../../schema/api/problem.ts';
import { SignInAnswer, SteppedUp } from '../../schema/api/sign-in.ts';
import { Refusal } from '../../schema/refusal.ts';
import { type OwnDevice, type Post, signInWithPassword } from '../../schema/sign-in/handshake.ts';
import type { Secrets } from '../../schema/sign-in/two-secret.ts';

/** Renewed when it has less life than this left, milliseconds. */
const MARGIN_MS = 30_000;

export type Send = (path: string, init: RequestInit) => Promise<Response>;
/** Lets the person prove themselves anew. @throws Refusal when they would rather not */
export type Prove = (access: Access) => Promise<void>;

export class Access {
  readonly send: Send;
  readonly #now: () => number;
  readonly #prove: Prove;
  #signedIn: SignedIn | undefined;
  #expiresAt = 0;
  #renewing: Promise<SignedIn> | undefined;

  constructor(send: Send, now: () => number, prove: Prove) {
    this.send = send;
    this.#now = now;
    this.#prove = prove;
  }

  /** For calls that need nobody signed in. */
  readonly post: Post = (path, body) => this.#request('POST', path, body);

  async signIn(secrets: Secrets, device: OwnDevice): Promise<SignInAnswer> {
    return this.finish(await signInWithPassword(this.post, secrets, { device, cookie: true }));
  }

  /** The last answer of any way to sign in. */
  finish(answer: unknown): SignInAnswer {
    const parsed = SignInAnswer.parse(answer);
    if ('accessToken' in parsed) this.#keep(parsed);
    return parsed;
  }

  async signOut(): Promise<void> {
    this.#signedIn = undefined;
    await this.post('/v1/auth/logout', {}).catch(() => {});
  }

  /** A token with life left; however many ask at once, one renewal is made. @throws Refusal */
  async token(): Promise<string> {
    if (this.#signedIn && this.#expiresAt - this.#now() > MARGIN_MS) return this.#signedIn.accessToken;
    return (await this.renew()).accessToken;
  }

  renew(): Promise<SignedIn> {
    this.#renewing ??= this.post('/v1/auth/refresh', {})
      .then((answer) => this.#keep(answer))
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }

  /** Asks for a proof once more where the call needs one, and calls again. @throws Refusal */
  async call(method: string, path: string, body?: object): Promise<unknown> {
    try {
      return await this.once(method, path, body);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'step_up_required') throw error;
      await this.proveAnew();
      return this.once(method, path, body);
    }
  }

  /** Asks the person who they are once more. @throws Refusal when they would rather not */
  proveAnew(): Promise<void> {
    return this.#prove(this);
  }

  /** One call as who is signed in, whatever is answered. @throws Refusal */
  async once(method: string, path: string, body?: object): Promise<unknown> {
    return this.#request(method, path, body, await this.token());
  }

  async stepUp(proof: object): Promise<void> {
    const { accessToken, expiresIn } = SteppedUp.parse(
      await this.once('POST', '/v1/auth/step-up', { proof }),
    );
    if (this.#signedIn) this.#keep({ ...this.#signedIn, accessToken, expiresIn });
  }

  #keep(answer: unknown): SignedIn {
    const signedIn = SignedIn.parse(answer);
    this.#signedIn = signedIn;
    this.#expiresAt = this.#now() + signedIn.expiresIn * 1000;
    return signedIn;
  }

  async #request(method: string, path: string, body?: object, token?: string): Promise<unknown> {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return answerOf(await this.send(path, { method, headers, credentials: 'same-origin', ...sent }));
  }
}
