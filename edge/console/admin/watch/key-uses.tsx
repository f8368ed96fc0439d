/** What the organization's data key was used for: each sealing and opening, newest first. */
import { answered } from '../../api.ts';
import { Frame } from '../frame.tsx';
import { loadNames } from '../names.ts';
import type { OrganizationPage } from '../props.ts';
import { Table } from '../table.tsx';
import { orderOf, whenOf } from '../words.ts';
import { useWork } from '../work.tsx';

const SHOWN = 500;

export function KeyUsesPage({ api, client, may }: OrganizationPage) {
  const work = useWork(async () => {
    const query = { limit: SHOWN };
    const [{ uses }, names] = await Promise.all([
      answered(client.GET('/v1/orgs/{org}/key-uses', { params: { ...api.here.params, query } })),
      loadNames(api, may),
    ]);
    return { uses, names };
  });
  const who = (actor: string, of: (id: string) => string) => {
    const [kind, id] = actor.split(':');
    return kind === 'user' && id !== undefined ? of(id) : actor;
  };
  return (
    <Frame
      title="Key uses"
      intro={`Every use of the key that seals what is the organization's own, by the minute: the newest ${SHOWN}, of 90 days. What was sealed is never told.`}
      work={work}
    >
      {({ uses, names }) => (
        <Table
          label="Key uses"
          rows={uses}
          keyOf={({ minute, purpose, subject, actor }) => `${minute} ${purpose} ${subject} ${actor}`}
          empty="The key was not used yet."
          columns={[
            {
              title: 'When',
              text: ({ minute }) => whenOf(minute),
              order: ({ minute }) => orderOf(minute),
            },
            { title: 'For', text: ({ purpose }) => purpose },
            {
              title: 'Of',
              text: ({ subject }) => (subject === '*' ? 'more than fit into this minute' : subject),
            },
            { title: 'By', text: ({ actor }) => who(actor, names.of) },
            { title: 'Times', text: ({ uses: times }) => String(times) },
          ]}
        />
      )}
    </Frame>
  );
}
