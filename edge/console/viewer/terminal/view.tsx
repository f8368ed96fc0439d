/** A shell, full window, and one line that says how it is doing. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ResourceView } from '../../../../schema/api/resources.ts';
import type { Api } from '../../api.ts';
import { type LineStatus, TerminalLine } from './connection.ts';
import { pathText, rttText } from './status-text.ts';

export function TerminalView({ api, resource }: { api: Api; resource: ResourceView }) {
  const host = useRef<HTMLDivElement>(null);
  const [status, setStatus] = useState<LineStatus>({ state: 'connecting' });
  /** Counts what the person started; 0 goes back to the newest live session. */
  const [start, setStart] = useState(0);
  useEffect(() => {
    if (!host.current) return;
    const line = new TerminalLine(host.current, api, resource, start > 0, setStatus);
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
      <footer class="status">
        <span class={`dot ${status.state === 'live' ? 'on' : ''}`} aria-hidden="true" />
        <span data-testid="status-state">{status.state}</span>
        {status.rttMs !== undefined && <span data-testid="status-rtt">{rttText(status.rttMs)}</span>}
        {status.path !== undefined && (
          <span data-testid="status-path">{pathText(status.path.relays, status.path.carrier)}</span>
        )}
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
