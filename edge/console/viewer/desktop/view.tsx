/** A desktop, full window, and one line that says how it is doing. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ResourceView } from '../../../../schema/api/resources.ts';
import type { Api } from '../../api.ts';
import { pathText, rttText } from '../terminal/status-text.ts';
import { DesktopLine, type DesktopStatus } from './connection.ts';
import type { Scale } from './screen.ts';

const SCALES: readonly (readonly [Scale, string])[] = [
  ['fit', 'Fit the window'],
  ['actual', 'Pixel for pixel'],
  ['match', "Match the window's size"],
];
const isScale = (value: string): value is Scale => SCALES.some(([scale]) => scale === value);

export function DesktopView({ api, resource }: { api: Api; resource: ResourceView }) {
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const line = useRef<DesktopLine>(undefined);
  const [status, setStatus] = useState<DesktopStatus>({ state: 'connecting' });
  /** Counts what the person started; 0 goes back to the newest live session. */
  const [start, setStart] = useState(0);
  useEffect(() => {
    if (!host.current || !canvas.current) return;
    const opened = new DesktopLine(host.current, canvas.current, api, resource, start > 0, setStatus);
    line.current = opened;
    return () => opened.close();
  }, [api, resource, start]);
  const mayUse = resource.channels.input?.send ?? false;
  return (
    <main class="terminal-page">
      <div class="desktop" ref={host}>
        <canvas
          ref={canvas}
          tabIndex={0}
          data-testid="desktop"
          aria-label={`The desktop of ${resource.name}`}
        />
      </div>
      {status.state === 'ended' && (
        <div class="over" role="alertdialog" aria-label="The session is over">
          <p>This session ended: {status.reason ?? ''}</p>
          <button type="button" onClick={() => setStart(start + 1)} data-testid="new-session">
            Start a new session
          </button>
          <a href="#/">Back to the resources</a>
        </div>
      )}
      <footer class="status">
        <Line status={status} />
        {!mayUse && <span class="muted">watching only</span>}
        <span class="end tools">
          <select
            aria-label="Size"
            data-testid="desktop-scale"
            onChange={({ currentTarget: { value } }) => isScale(value) && line.current?.scale(value)}
          >
            {SCALES.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
          {mayUse && (
            <button type="button" class="quiet" onClick={() => line.current?.ctrlAltDel()}>
              Ctrl-Alt-Del
            </button>
          )}
          <button type="button" class="quiet" onClick={() => void host.current?.requestFullscreen()}>
            Full screen
          </button>
        </span>
      </footer>
    </main>
  );
}

function Line({ status }: { status: DesktopStatus }) {
  return (
    <>
      <span class={`dot ${status.state === 'live' ? 'on' : ''}`} aria-hidden="true" />
      <span data-testid="status-state">{status.state}</span>
      {status.rttMs !== undefined && <span data-testid="status-rtt">{rttText(status.rttMs)}</span>}
      {status.kilobytes !== undefined && (
        <span class="muted" data-testid="status-picture">
          {Math.round(status.kilobytes)} kB/s, {status.frames ?? 0} pictures/s
        </span>
      )}
      {status.path !== undefined && (
        <span data-testid="status-path">{pathText(status.path.relays, status.path.carrier)}</span>
      )}
      {status.state === 'reconnecting' && status.reason !== undefined && (
        <span class="muted">{status.reason}</span>
      )}
    </>
  );
}
