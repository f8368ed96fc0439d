/** `fabric events`: what happens, as it happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { FabricEvent, STREAM_CLOSED, STREAM_RESYNC } from '../../schema/events.ts';
import { Refusal, RefusalCode } from '../../schema/refusal.ts';
import { readSse } from '../../schema/sse.ts';
import type { CommandParts, Common } from './common.ts';

interface Options extends Common {
  readonly platform: boolean;
  readonly follow: boolean;
  readonly since?: string;
}

const RETRY_MS = 2_000;
/** Without --follow: what is there already comes at once; when nothing came for so long, that was it. */
const QUIET_MS = 1_500;
/** These end when a fresh token is shown; others are for good. */
const RENEWABLE: ReadonlySet<string> = new Set(['token_expired', 'unavailable', 'overloaded']);

export function events(program: Command, parts: CommandParts): void {
  parts
    .common(program.command('events'))
    .description('events of your organization; without the right to read the audit trail, your own')
    .option('-f, --follow', 'go on as they happen, until Ctrl-C', false)
    .option('--since <seq>', 'begin after this event; without --follow from the oldest kept')
    .option('--platform', "the platform's own", false)
    .action(async (options: Options) => {
      const path = options.platform
        ? 'platform/events'
        : `orgs/${await parts.api.organization(options.org)}/events`;
      const from = options.since ?? (options.follow ? undefined : '0');
      await new Follower(parts, path, options).run(from);
    });
}

class Follower {
  readonly #parts: CommandParts;
  readonly #path: string;
  readonly #options: Options;
  #last: string | undefined;

  constructor(parts: CommandParts, path: string, options: Options) {
    this.#parts = parts;
    this.#path = path;
    this.#options = options;
  }

  async run(from: string | undefined): Promise<void> {
    this.#last = from;
    for (;;) {
      try {
        await this.#once();
        if (!this.#options.follow) return;
      } catch (error) {
        const isPassing = error instanceof Refusal && RENEWABLE.has(error.code);
        if (!this.#options.follow || !isPassing) throw error;
      }
      // The connection was lost: the next goes on after the last event that was shown.
      await sleep(RETRY_MS);
    }
  }

  async #once(): Promise<void> {
    const stop = new AbortController();
    const quiet = this.#options.follow ? undefined : setTimeout(() => stop.abort(), QUIET_MS);
    try {
      const headers = this.#last === undefined ? {} : { 'last-event-id': this.#last };
      const body = await this.#parts.api.stream(this.#path, headers, stop.signal);
      for await (const { event, data, id } of readSse(body)) {
        quiet?.refresh();
        if (event === STREAM_CLOSED) throw closed(data);
        if (event === STREAM_RESYNC) process.stderr.write('fabric: some events were missed\n');
        else if (event !== 'comment') this.#show(data);
        this.#last = id ?? this.#last;
      }
    } catch (error) {
      if (error instanceof Refusal) throw error;
      if (stop.signal.aborted) return;
      throw new Refusal('unavailable', 'the stream of events broke off', { cause: error });
    } finally {
      clearTimeout(quiet);
      stop.abort();
    }
  }

  #show(data: string): void {
    if (this.#options.json) return this.#parts.print(data);
    const event = FabricEvent.safeParse(JSON.parse(data));
    // A newer API may know kinds that this program does not.
    if (!event.success) return this.#parts.print(data);
    const { seq, at, type, actor, subject, data: more } = event.data;
    this.#parts.print([seq, at, type, actor, subject ?? '', more.reason ?? ''].join('  ').trimEnd());
  }
}

function closed(data: string): Refusal {
  const { code } = JSON.parse(data) as { code?: unknown };
  const known = RefusalCode.safeParse(code);
  return new Refusal(known.success ? known.data : 'unavailable');
}
