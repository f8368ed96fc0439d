/** The last word of a start: for a person, or for a script. */

export interface ReadyFacts {
  readonly api: string;
  readonly console: string;
  readonly email: string;
  readonly password: string;
  readonly resources: readonly string[];
  readonly pids: Readonly<Record<string, number>>;
}

export function readyLine(facts: ReadyFacts): string {
  return JSON.stringify({ ready: true, ...facts });
}

export function readyBlock({ console, api, email, password }: ReadyFacts): string {
  return `
  The fabric is up.

    Console   ${console}
    E-mail    ${email}
    Password  ${password}

  Try next, in another terminal:

    ./fabric login --api ${api} --email ${email}
    ./fabric connect demo-shell
    ./fabric forward this-host 127.0.0.1:8080

  Ctrl-C stops everything; the next start finds it as it was.

`;
}
