/** A shell, full window, and one line that says how it is doing. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ResourceView } from '../../../../schema/api/resources.ts';
import type { Api } from '../../api.ts';
import { type LineStatus, NO_NEWS, type SessionNews, TerminalLine } from './connection.ts';
import { pathText, rttText } from './status-text.ts';

export function TerminalView({ api, resource }: { api: Api; resource: ResourceView }) {
  const host = useRef<HTMLDivElement>(null);
  const [status, setStatus] = useState<LineStatus>({ state: 'connecting' });
  const [news, setNews] = useState<SessionNews>(NO_NEWS);
  /** Counts what the person started; 0 goes back to the newest live session. */
  const [start, setStart] = useState(0);
  useEffect(() => {
    if (!host.current) return;
    const line = new TerminalLine(host.current, api, resource, start > 0, setStatus, setNews);
    return () => line.close();
  }, [api, resource, start]);
  const isOver = status.state === 'ended' || status.state === 'taken over';
  return (
    <main class="terminal-page">
      <div class="terminal" ref={host} data-testid="terminal" />
      {isOver && (
        <div class="over" role="alertdialog" aria-label="The session is over here">
          <p>
            {status.state === 'taken over'
              ? 'Another window has this session now.'
              : `This session ended: ${status.reason ?? ''}`}
          </p>
          <button type="button" onClick={() => setStart(start + 1)} data-testid="new-session">
            Start a new session
          </button>
          <a href="#/">Back to the resources</a>
        </div>
      )}
      {!isOver && news.asked && (
        <div class="over" role="alertdialog" aria-label="Somebody asks for control">
          <p>{news.asked.name} asks for control of this session.</p>
          <button type="button" onClick={() => news.asked?.answer(true)}>
            Give it
          </button>
          <button type="button" class="quiet" onClick={() => news.asked?.answer(false)}>
            Keep it
          </button>
        </div>
      )}
      <footer class="status">
        <span class={`dot ${status.state === 'live' ? 'on' : ''}`} aria-hidden="true" />
        <span data-testid="status-state">{status.state}</span>
        {status.rttMs !== undefined && <span data-testid="status-rtt">{rttText(status.rttMs)}</span>}
        {status.path !== undefined && (
          <span data-testid="status-path">{pathText(status.path.relays, status.path.carrier)}</span>
        )}
        {news.recorded && <span data-testid="status-recorded">recorded</span>}
        {news.others.length > 0 && <span data-testid="status-people">{news.others.join(', ')}</span>}
        {news.warning !== undefined && <span role="alert">{news.warning}</span>}
        {status.state === 'reconnecting' && status.reason !== undefined && (
          <span class="muted">{status.reason}</span>
        )}
        <button type="button" class="quiet end" onClick={() => setStart(start + 1)}>
          New session
        </button>
      </footer>
    </main>
  );
}
