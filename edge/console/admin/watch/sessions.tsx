/** Everybody's sessions, live and over; those who may, end one and say why. It follows what happens by itself. */
import { useEffect, useState } from 'preact/hooks';
import { answered } from '../../api.ts';
import { followEvents } from '../../live.ts';
import { Form } from '../../pages/form.tsx';
import { Dialog } from '../dialog.tsx';
import { Choice, Text } from '../fields.tsx';
import { Frame } from '../frame.tsx';
import type { OrganizationPage } from '../props.ts';
import { Table } from '../table.tsx';
import { orderOf, whenOf } from '../words.ts';
import { useWork } from '../work.tsx';

const PATH = '/v1/orgs/{org}/all-sessions';
const LIMIT = 100;
const STATES = { live: 'Live', over: 'Over', all: 'All' } as const;
type Which = keyof typeof STATES;
const isWhich = (value: string): value is Which => value in STATES;
const OVER = ['terminated', 'failed'];

export function SessionsPage({ api, client, may }: OrganizationPage) {
  const [which, setWhich] = useState<Which>('live');
  const [limit, setLimit] = useState(LIMIT);
  const query = { limit, ...(which !== 'all' && { state: which }) };
  const work = useWork(() => answered(client.GET(PATH, { params: { ...api.here.params, query } })));
  const { value, open, close, again } = work;
  type Session = NonNullable<typeof value>['sessions'][number];
  useEffect(() => void again(), [which, limit, again]);
  useEffect(() => {
    if (!may('events.read')) return;
    const stop = new AbortController();
    void followEvents((signal) => api.events(signal), again, stop.signal);
    return () => stop.abort();
  }, [api, may, again]);
  const end = ({ id, resourceName, holder }: Session) =>
    open((done) => (
      <Dialog title={`End the session on ${resourceName}?`} close={close}>
        <p>What runs in it ends. {holderText(holder)} is told the reason.</p>
        <Form
          danger
          label="End it"
          testId="end-session"
          submit={(field) => {
            const body = { reason: field('reason').trim() };
            return client.POST(`${PATH}/{session}/end`, { ...api.at({ session: id }), body }).then(done);
          }}
        >
          <Text name="reason" label="Why" required />
        </Form>
      </Dialog>
    ));
  return (
    <Frame title="Sessions" intro="Who uses what, as it happens." work={work}>
      {({ sessions, next }) => (
        <>
          <div class="fields panel slim">
            <Choice
              name="state"
              label="Which"
              options={Object.entries(STATES).map(([id, label]) => ({ value: id, label }))}
              value={which}
              changed={(chosen) => isWhich(chosen) && setWhich(chosen)}
            />
          </div>
          <Table
            label="Sessions"
            rows={sessions}
            keyOf={({ id }) => id}
            empty={which === 'live' ? 'Nobody uses anything at the moment.' : 'There is none.'}
            columns={[
              { title: 'Who', text: ({ holder }) => holderText(holder) },
              { title: 'Resource', text: ({ resourceName }) => resourceName },
              {
                title: 'State',
                text: ({ state }) => state,
                show: ({ state }) => (
                  <span class="live">
                    <span class={`dot ${state === 'active' ? 'on' : ''}`} aria-hidden="true" />
                    {state}
                  </span>
                ),
              },
              {
                title: 'Opened',
                text: ({ createdAt }) => whenOf(createdAt),
                order: ({ createdAt }) => orderOf(createdAt),
              },
              {
                title: 'So since',
                text: ({ changedAt }) => whenOf(changedAt),
                order: ({ changedAt }) => orderOf(changedAt),
              },
              { title: 'Why', text: ({ reason }) => reason ?? '' },
            ]}
            actions={
              may('sessions.manage') &&
              ((session) =>
                !OVER.includes(session.state) && (
                  <button type="button" class="quiet" onClick={() => end(session)}>
                    End
                  </button>
                ))
            }
          />
          {next !== null && limit < 500 && (
            <button type="button" class="second" onClick={() => setLimit(500)}>
              Show older ones
            </button>
          )}
        </>
      )}
    </Frame>
  );
}

function holderText(holder: { type: string; id: string; name: string | null; email: string | null }): string {
  if (holder.type === 'gone') return `somebody who left (${holder.id})`;
  return holder.email ?? holder.name ?? holder.id;
}
