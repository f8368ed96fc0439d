/** How the control plane is: its parts, and its background jobs. */
import { answered } from '../../api.ts';
import { Frame } from '../frame.tsx';
import type { PlatformPage } from '../props.ts';
import { Table } from '../table.tsx';
import { orderOf, whenOf } from '../words.ts';
import { useWork } from '../work.tsx';

export function HealthPage({ client }: PlatformPage) {
  const work = useWork(async () => {
    const [health, { jobs }] = await Promise.all([
      answered(client.GET('/health', { params: { query: { detailed: 'true' } } })),
      answered(client.GET('/v1/platform/jobs')),
    ]);
    return { health, jobs };
  });
  return (
    <Frame
      title="Health and jobs"
      work={work}
      actions={
        <button type="button" class="second" onClick={() => void work.again()}>
          Look again
        </button>
      }
    >
      {({ health, jobs }) => (
        <>
          <ul class="plain tiles">
            <Tile title="Control API" ok={health.status === 'ok'} text={health.status} />
            {Object.entries(health.parts ?? {}).map(([name, { ok, latencyMs }]) => (
              <Tile
                key={name}
                title={name === 'redis' ? 'Redis' : 'Database'}
                ok={ok}
                text={ok ? `answers in ${latencyMs} ms` : 'does not answer'}
              />
            ))}
          </ul>
          <Table
            label="Background jobs"
            rows={jobs}
            keyOf={({ name }) => name}
            empty="No job has run yet."
            columns={[
              { title: 'Job', text: ({ name }) => name },
              {
                title: 'State',
                text: ({ failures, late }) =>
                  late ? 'late' : failures > 0 ? `failed ${failures} times` : 'fine',
              },
              {
                title: 'Last run',
                text: ({ finishedAt }) => whenOf(finishedAt),
                order: ({ finishedAt }) => orderOf(finishedAt),
              },
              {
                title: 'Took',
                text: ({ durationMs }) => (durationMs === null ? '' : `${durationMs} ms`),
                order: ({ durationMs }) => durationMs ?? 0,
              },
              { title: 'Runs', text: ({ runs }) => String(runs), order: ({ runs }) => runs },
              { title: 'Error', text: ({ error }) => error ?? '' },
            ]}
          />
        </>
      )}
    </Frame>
  );
}

function Tile({ title, ok, text }: { title: string; ok: boolean; text: string }) {
  return (
    <li class="tile">
      <span class={`dot ${ok ? 'on' : 'bad'}`} aria-hidden="true" />
      <strong>{title}</strong>
      <span class="muted">{text}</span>
    </li>
  );
}
