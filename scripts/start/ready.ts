/** The last word of a start: for a person, or for a script. */

import type { Account } from './settings.ts';

export interface ReadyFacts {
  readonly api: string;
  readonly console: string;
  readonly email: string;
  readonly password: string;
  readonly secretKey: string;
  readonly platformOwner: Account;
  /** The folder of everyone's emergency kits. */
  readonly kits: string;
  readonly resources: readonly string[];
  readonly pids: Readonly<Record<string, number>>;
}

export function readyLine(facts: ReadyFacts): string {
  return JSON.stringify({ ready: true, ...facts });
}

export function readyBlock({ console, api, kits, platformOwner, ...owner }: ReadyFacts): string {
  return `
  The fabric is up.

    Console     ${console}
    E-mail      ${owner.email}
    Password    ${owner.password}
    Secret key  ${owner.secretKey}

  The platform itself is owned by ${platformOwner.email}:

    Password    ${platformOwner.password}
    Secret key  ${platformOwner.secretKey}

  Everyone's emergency kit is in ${kits}.

  Try next, in another terminal:

    ./fabric login --api ${api} --email ${owner.email}
    ./fabric connect demo-shell
    ./fabric forward this-host 127.0.0.1:8080

  Ctrl-C stops everything; the next start finds it as it was.

`;
}
