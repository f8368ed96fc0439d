/**
 * What systemd is told (sd_notify(3)): ready, standing, stopping, and that the loops still turn. By `systemd-notify`, which is wherever systemd is: Node has no
 * datagram sockets of the Unix kind. Without NOTIFY_SOCKET nothing is said.
 */
import { execFile } from 'node:child_process';

const PROGRAM = '/usr/bin/systemd-notify';
const TELL_MS = 5_000;

export interface NotifyEnv {
  NOTIFY_SOCKET?: string | undefined;
  WATCHDOG_USEC?: string | undefined;
  WATCHDOG_PID?: string | undefined;
}

export class Notifier {
  /** Milliseconds after which systemd ends who said nothing; undefined: it does not watch. */
  readonly watchdogMs: number | undefined;
  readonly #socket: string | undefined;
  #told: string | undefined;
  #last: Promise<void> = Promise.resolve();

  /** Takes the variables away: what the agent starts has nothing to say to systemd. */
  constructor(env: NotifyEnv, pid: number) {
    const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: watched } = env;
    for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const) delete env[name];
    this.#socket = socket === undefined || socket === '' ? undefined : socket;
    const ms = Number(usec) / 1000;
    const isOurs = watched === undefined || watched === '' || Number(watched) === pid;
    this.watchdogMs = this.#socket !== undefined && isOurs && ms > 0 ? ms : undefined;
  }

  ready(status: string): Promise<void> {
    return this.#tell(['READY=1', `STATUS=${status}`]);
  }

  /** Said when it is another than before. */
  async status(status: string): Promise<void> {
    if (status === this.#told) return;
    this.#told = status;
    await this.#tell([`STATUS=${status}`]);
  }

  alive(): Promise<void> {
    return this.#tell(['WATCHDOG=1']);
  }

  stopping(): Promise<void> {
    return this.#tell(['STOPPING=1', 'STATUS=stopping']);
  }

  /** One after the other, so that the last word is the last. Never fails: systemd judges by what it hears. */
  #tell(lines: readonly string[]): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return this.#last;
    this.#last = this.#last.then(
      () =>
        new Promise((resolve) => {
          const options = { env: { NOTIFY_SOCKET: socket }, timeout: TELL_MS };
          execFile(PROGRAM, [...lines], options, () => resolve());
        }),
    );
    return this.#last;
  }
}
