/**
 * Who we are to Vault or OpenBao: a token we were given, renewed while it can be, or one that AppRole gives for role and secret id, taken anew when it is
 * no longer renewed or was revoked.
 */
import { z } from 'zod';
import { KeyServiceError } from './key-service.ts';
import { type Asking, askTransit, TransitDenied, type TransitHttpOptions } from './transit-http.ts';

export type Credentials =
  | { readonly token: string }
  | { readonly roleId: string; readonly secretId: string; readonly mount: string };

const Auth = z.object({
  auth: z.object({ client_token: z.string().min(1), lease_duration: z.number(), renewable: z.boolean() }),
});
const Lookup = z.object({ data: z.object({ ttl: z.number(), renewable: z.boolean().optional() }) });

interface Held {
  readonly token: string;
  readonly renewable: boolean;
  /** Milliseconds since the epoch; infinite for a token that does not expire. */
  readonly renewAt: number;
  readonly expiresAt: number;
}

/** Of its life, after which a token is renewed. */
const RENEW_AFTER = 0.5;
/** After a renewal that failed, until the next try. */
const AGAIN_MS = 10_000;

export class TransitLogin {
  readonly #http: TransitHttpOptions;
  readonly #credentials: Credentials;
  readonly #now: () => number;
  #held: Held | undefined;

  constructor(http: TransitHttpOptions, credentials: Credentials, now: () => number) {
    this.#http = http;
    this.#credentials = credentials;
    this.#now = now;
  }

  /** Asks with a token; with a new one when the old one was revoked, where we can have one. @throws KeyServiceError */
  async ask<T extends z.ZodType>(asking: Omit<Asking, 'token'>, schema: T): Promise<z.output<T>> {
    const token = await this.#token();
    try {
      return await askTransit(this.#http, { ...asking, token }, schema);
    } catch (error) {
      if (!(error instanceof TransitDenied) || 'token' in this.#credentials) throw error;
      this.#held = undefined;
      return askTransit(this.#http, { ...asking, token: await this.#token() }, schema);
    }
  }

  async #token(): Promise<string> {
    const now = this.#now();
    let held = this.#held;
    if (!held || held.expiresAt <= now) held = await this.#enter();
    else if (held.renewable && held.renewAt <= now) held = await this.#renew(held);
    this.#held = held;
    return held.token;
  }

  async #enter(): Promise<Held> {
    const known = this.#credentials;
    if ('token' in known) return this.#given(known.token);
    const path = `auth/${known.mount}/login`;
    const body = { role_id: known.roleId, secret_id: known.secretId };
    return this.#heldOf((await askTransit(this.#http, { method: 'POST', path, body }, Auth)).auth);
  }

  async #given(token: string): Promise<Held> {
    const asking: Asking = { method: 'GET', path: 'auth/token/lookup-self', token };
    const { data } = await askTransit(this.#http, asking, Lookup);
    return this.#heldOf({
      client_token: token,
      lease_duration: data.ttl,
      renewable: data.renewable ?? false,
    });
  }

  /** A token that can not be renewed now is used until it ends; then whoever can enters anew. */
  async #renew(held: Held): Promise<Held> {
    const asking: Asking = { method: 'POST', path: 'auth/token/renew-self', token: held.token, body: {} };
    try {
      return this.#heldOf((await askTransit(this.#http, asking, Auth)).auth);
    } catch (error) {
      if (!(error instanceof KeyServiceError)) throw error;
      if (error.kind === 'refused' && !('token' in this.#credentials)) return this.#enter();
      return { ...held, renewAt: this.#now() + AGAIN_MS };
    }
  }

  #heldOf({ client_token, lease_duration, renewable }: z.infer<typeof Auth>['auth']): Held {
    const now = this.#now();
    // A lease of zero seconds is that of a root token: it has no end.
    const seconds = lease_duration === 0 ? Number.POSITIVE_INFINITY : lease_duration;
    return {
      token: client_token,
      renewable,
      renewAt: now + seconds * 1000 * RENEW_AFTER,
      expiresAt: now + seconds * 1000,
    };
  }
}
