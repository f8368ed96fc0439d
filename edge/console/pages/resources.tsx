/** What I may reach, and which of it has a session of mine. */
import { useEffect, useState } from 'preact/hooks';
import type { ResourceView } from '../../../schema/api/resources.ts';
import type { SessionView } from '../../../schema/api/sessions.ts';
import type { Api } from '../api.ts';
import { followEvents } from '../live.ts';

const REFRESH_MS = 30_000;

export function ResourcesPage({ api }: { api: Api }) {
  const [resources, setResources] = useState<ResourceView[] | undefined>();
  const [sessions, setSessions] = useState<SessionView[]>([]);
  const [problem, setProblem] = useState('');
  const [search, setSearch] = useState('');
  useEffect(() => {
    const load = async () => {
      try {
        const [allowed, live] = await Promise.all([api.resources(), api.sessions()]);
        setResources(allowed);
        setSessions(live);
        setProblem('');
      } catch (error) {
        setProblem(error instanceof Error ? error.message : String(error));
      }
    };
    void load();
    // Events say when to look again; the timer is for those who may not see events, and for when a proxy holds them up.
    const timer = setInterval(load, REFRESH_MS);
    const stop = new AbortController();
    void followEvents((signal) => api.events(signal), load, stop.signal);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [api]);
  const shown = resources?.filter(({ name }) => name.includes(search.trim().toLowerCase()));
  return (
    <main class="list">
      <div class="head">
        <h1>Resources</h1>
        <input
          type="search"
          placeholder="Search"
          aria-label="Search resources"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      </div>
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {shown?.length === 0 && (
        <p class="muted">
          {resources?.length === 0 ? 'Nothing was granted to you yet.' : 'Nothing by that name.'}
        </p>
      )}
      <ul>
        {shown?.map((resource) => (
          <li key={resource.id}>
            <a class="row" href={`#/r/${resource.name}`} data-testid={`resource-${resource.name}`}>
              <span class={`protocol ${resource.protocol}`}>{resource.protocol}</span>
              <span class="name">{resource.name}</span>
              <State sessions={sessions.filter((session) => session.resource === resource.id)} />
            </a>
          </li>
        ))}
      </ul>
    </main>
  );
}

function State({ sessions }: { sessions: SessionView[] }) {
  const live = sessions.filter(({ state }) => state === 'active' || state === 'detached');
  if (live.length === 0) return <span class="muted">open</span>;
  const isActive = live.some(({ state }) => state === 'active');
  return (
    <span class="live">
      <span class={`dot ${isActive ? 'on' : ''}`} aria-hidden="true" />
      {live.length === 1 ? `session ${isActive ? 'active' : 'waiting for you'}` : `${live.length} sessions`}
    </span>
  );
}
