/** A terminal's way to its shell: attaches, shows, and when the line breaks attaches again, until the session itself ends. */
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { generateKeyPair } from 'jose';
import { attach } from '../../../../dataplane/client/attach.ts';
import type { Attachment, Carrier } from '../../../../dataplane/client/attachment.ts';
import { dialBrowser, webAead } from '../../../../dataplane/client/browser.ts';
import type { TerminalChannel, TerminalObserver } from '../../../../dataplane/client/terminal.ts';
import type { ResourceView } from '../../../../schema/api/resources.ts';
import type { SessionId } from '../../../../schema/ids.ts';
import { Refusal } from '../../../../schema/refusal.ts';
import { publicClientKey } from '../../../../schema/tokens/proof.ts';
import type { Api } from '../../api.ts';
import { retryDelay } from './backoff.ts';
import { setClipboard } from './clipboard.ts';
import { WriteWindow } from './write-window.ts';

export type LineState = 'connecting' | 'live' | 'reconnecting' | 'ended' | 'taken over';

export interface LineStatus {
  readonly state: LineState;
  /** Round trip to the service node and back, milliseconds. */
  readonly rttMs?: number;
  readonly path?: { readonly relays: number; readonly carrier: Carrier };
  readonly reason?: string;
}

/** What else is so in the session. */
export interface SessionNews {
  readonly recorded: boolean;
  /** The others, as `Ada watches`. */
  readonly others: readonly string[];
  /** Somebody wants control, and waits for this answer. */
  readonly asked?: { readonly name: string; readonly answer: (allow: boolean) => void };
  readonly warning?: string;
}
export const NO_NEWS: SessionNews = { recorded: false, others: [] };
const ROLE_WORDS = { controller: 'is in control', shared: 'shares control', observer: 'watches' } as const;

const PING_MS = 1_000;
/** Refusals that trying again does not mend. */
const FINAL = new Set([
  'session_ended',
  'not_found',
  'forbidden',
  'channel_not_allowed',
  'target_auth_failed',
  'target_untrusted',
]);

export class TerminalLine {
  readonly #api: Api;
  readonly #resource: ResourceView;
  readonly #show: (status: LineStatus) => void;
  readonly #tell: (news: SessionNews) => void;
  #news: SessionNews = NO_NEWS;
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #resized: ResizeObserver;
  readonly #closing = new AbortController();
  #status: LineStatus = { state: 'connecting' };
  #session: SessionId | undefined;
  #attachment: Attachment | undefined;
  #channel: TerminalChannel | undefined;
  #tries = 0;

  constructor(
    host: HTMLElement,
    api: Api,
    resource: ResourceView,
    fresh: boolean,
    show: (status: LineStatus) => void,
    tell: (news: SessionNews) => void,
  ) {
    this.#api = api;
    this.#resource = resource;
    this.#show = show;
    this.#tell = tell;
    const style = getComputedStyle(host);
    const color = (name: string) => style.getPropertyValue(name).trim();
    this.#terminal = new Terminal({
      fontFamily: 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace',
      fontSize: 14,
      scrollback: 5_000,
      // A blinking cursor is a running animation: Chromium then draws on that animation's beat, and a key's echo waits 16 ms for it.
      cursorBlink: false,
      screenReaderMode: false,
      theme: {
        background: color('--terminal'),
        foreground: color('--terminal-text'),
        cursor: color('--accent'),
      },
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.open(host);
    this.#fit.fit();
    // What runs in the shell sets the clipboard, where the policy lets it through to here; it never hears what is in it.
    this.#terminal.parser.registerOscHandler(52, (said) => {
      void setClipboard(said);
      return true;
    });
    const encoder = new TextEncoder();
    this.#terminal.onData((text) => this.#channel?.write(encoder.encode(text)));
    this.#terminal.onBinary((text) =>
      this.#channel?.write(Uint8Array.from(text, (character) => character.charCodeAt(0))),
    );
    this.#terminal.onResize(({ cols, rows }) => this.#channel?.resize({ cols, rows }));
    this.#resized = new ResizeObserver(() => this.#fit.fit());
    this.#resized.observe(host);
    this.#terminal.focus();
    void this.#run(fresh);
  }

  close(): void {
    this.#closing.abort();
    this.#resized.disconnect();
    this.#terminal.dispose();
    void this.#attachment?.detach();
  }

  /** Until the session ends, is taken over, or the page leaves. */
  async #run(fresh: boolean): Promise<void> {
    const { signal } = this.#closing;
    let start = fresh;
    while (!signal.aborted) {
      try {
        const why = await this.#attachOnce(start);
        if (why)
          return this.#update({
            state: why.code === 'conflict' ? 'taken over' : 'ended',
            reason: why.message,
          });
      } catch (error) {
        if (error instanceof Refusal && FINAL.has(error.code))
          return this.#update({ state: 'ended', reason: error.message });
        this.#update({
          state: this.#session ? 'reconnecting' : 'connecting',
          reason: error instanceof Error ? error.message : String(error),
        });
      }
      start = false;
      await new Promise((resolve) => setTimeout(resolve, retryDelay(this.#tries, Math.random())));
      this.#tries += 1;
    }
  }

  /** @returns why it is over for good; undefined when only the line broke */
  async #attachOnce(fresh: boolean): Promise<Refusal | undefined> {
    const { signal } = this.#closing;
    const keys = await generateKeyPair('EdDSA', { extractable: false });
    const key = await publicClientKey(keys.publicKey);
    this.#session ??= fresh ? undefined : await this.#liveSession();
    const ticket = this.#session
      ? await this.#api.attach(this.#session, key)
      : await this.#api.open(this.#resource.id, key);
    const attachment = await attach(ticket, keys, { dial: dialBrowser, aead: webAead, signal });
    if (signal.aborted) {
      void attachment.detach();
      return undefined;
    }
    this.#session = attachment.session;
    this.#attachment = attachment;
    const over = Promise.withResolvers<Refusal | undefined>();
    this.#watch(attachment, over.resolve);
    const { cols, rows } = this.#terminal;
    this.#channel = await attachment.openTerminal(
      { mode: 'shell', term: 'xterm-256color', size: { cols, rows } },
      this.#observer(over.resolve),
    );
    this.#tries = 0;
    this.#update({ state: 'live', path: attachment });
    attachment.watchPath((state) => this.#update({ ...this.#status, state, path: attachment }));
    void attachment.closed.then(({ ended, reason }) =>
      over.resolve(ended ? new Refusal('session_ended', reason) : undefined),
    );
    const pings = setInterval(() => void this.#ping(attachment), PING_MS);
    void this.#ping(attachment);
    const why = await over.promise;
    clearInterval(pings);
    this.#channel = undefined;
    if (why) void attachment.detach();
    else this.#update({ state: 'reconnecting' });
    return why;
  }

  async #liveSession(): Promise<SessionId | undefined> {
    const mine = (await this.#api.sessions()).find(
      ({ resource, state }) => resource === this.#resource.id && (state === 'active' || state === 'detached'),
    );
    return mine?.id;
  }

  #observer(over: (why: Refusal | undefined) => void): TerminalObserver {
    const window = new WriteWindow();
    const write = (bytes: Uint8Array) => {
      if (window.handed(bytes.length)) this.#channel?.pause();
      this.#terminal.write(bytes, () => {
        if (window.parsed(bytes.length)) this.#channel?.resume();
      });
    };
    return {
      data: write,
      stderr: write,
      screen: (bytes) => {
        this.#terminal.reset();
        write(bytes);
      },
      exit: ({ status }) =>
        over(
          new Refusal(
            'session_ended',
            status === 0 ? 'the shell ended' : `the shell ended with status ${status}`,
          ),
        ),
      writable: () => {},
      lost: (why) => over(why.code === 'conflict' ? why : undefined),
    };
  }

  #watch(attachment: Attachment, over: (why: Refusal) => void): void {
    const news = (more: Partial<SessionNews>) => {
      this.#news = { ...this.#news, ...more };
      if (!this.#closing.signal.aborted) this.#tell(this.#news);
    };
    const noQuestion = () => {
      const { asked: _, ...rest } = this.#news;
      this.#news = rest;
      news({});
    };
    attachment.watchSession({
      people: ({ people, recorded }) => {
        const others = people.filter((one) => one.attachment !== attachment.id);
        news({ recorded, others: others.map(({ name, role }) => `${name} ${ROLE_WORDS[role]}`) });
      },
      asked: ({ attachment: from, name, withinMs }) => {
        const answer = (allow: boolean) => {
          attachment.answer(from, allow);
          noQuestion();
        };
        setTimeout(noQuestion, withinMs);
        news({ asked: { name, answer } });
      },
      // Not a broken line: coming again would take it back.
      deposed: (by) => over(new Refusal('conflict', by === '' ? 'somebody took over' : `${by} took over`)),
      warning: (limit, seconds) =>
        news({ warning: `ends in ${seconds} s${limit === 'idle' ? ' unless somebody types' : ''}` }),
    });
  }

  async #ping(attachment: Attachment): Promise<void> {
    const rtt = await attachment.ping().catch(() => undefined);
    if (rtt === undefined || this.#status.state !== 'live') return;
    const before = this.#status.rttMs ?? rtt;
    this.#update({ state: 'live', path: attachment, rttMs: before * 0.7 + rtt * 0.3 });
  }

  #update(status: LineStatus): void {
    this.#status = status;
    if (!this.#closing.signal.aborted) this.#show(status);
  }
}
