/** One way to check a compact JWS: fixed algorithm, fixed type, bounded skew; every failure is one of two refusals. */
import {
  type CryptoKey,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { Refusal } from '../refusal.ts';

/** How far two clocks may differ, seconds. */
export const CLOCK_SKEW_S = 5;

export interface VerifyOptions {
  readonly typ: string;
  readonly audience?: string;
  readonly issuer?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** @throws Refusal `token_invalid` or `token_expired` */
export async function verifyJws(
  token: string,
  key: CryptoKey | JWTVerifyGetKey,
  algorithms: readonly string[],
  options: VerifyOptions,
): Promise<JWTPayload> {
  const checks: JWTVerifyOptions = {
    algorithms: [...algorithms],
    typ: options.typ,
    clockTolerance: CLOCK_SKEW_S,
    currentDate: new Date(options.now),
    ...(options.audience === undefined ? {} : { audience: options.audience }),
    ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
  };
  try {
    const { payload } =
      typeof key === 'function' ? await jwtVerify(token, key, checks) : await jwtVerify(token, key, checks);
    return payload;
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) throw new Refusal('token_expired', undefined, { cause });
    throw new Refusal('token_invalid', undefined, { cause });
  }
}
