/** The audit trail of the organization or of the platform: search, pages, export, and whether it still holds. */
import { useState } from 'preact/hooks';
import { AuditFilter } from '../../../../schema/api/audit.ts';
import { PLATFORM_CHAIN } from '../../../../schema/audit.ts';
import { answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { checked } from '../checked.ts';
import { Text } from '../fields.tsx';
import { Frame } from '../frame.tsx';
import { loadNames } from '../names.ts';
import type { OrganizationPage, PlatformPage } from '../props.ts';
import { useWork } from '../work.tsx';
import { AuditEntries, type Entry } from './audit-entries.tsx';
import { Export } from './audit-export.tsx';
import { RetentionSection } from './retention.tsx';

type Filter = ReturnType<typeof checked<typeof AuditFilter>>;
interface Page {
  readonly entries: readonly Entry[];
  readonly next: number | null;
}

const PATH = '/v1/orgs/{org}/audit';
const OF_PLATFORM = '/v1/platform/audit';

export function AuditPage({ api, client, may, access }: OrganizationPage) {
  const work = useWork(() => loadNames(api, may));
  const read = (query: object) => answered(client.GET(PATH, { params: { ...api.here.params, query } }));
  const from = `/v1/orgs/${api.org}/audit/export`;
  return (
    <Frame title="Audit" intro="Who did what, newest first. Nobody can change it." work={work}>
      {({ of }) => (
        <>
          <Trail read={read} nameOf={of} />
          <Export access={access} chain={api.org} from={from} />
          <RetentionSection
            read={() => answered(client.GET(`${PATH}/retention`, api.here))}
            change={
              may('security.manage')
                ? (body) => client.PUT(`${PATH}/retention`, { ...api.here, body })
                : undefined
            }
          />
        </>
      )}
    </Frame>
  );
}

export function PlatformAuditPage({ client, access, may }: PlatformPage) {
  const work = useWork(async () => ({}));
  const read = (query: object) => answered(client.GET(OF_PLATFORM, { params: { query } }));
  return (
    <Frame title="Platform audit" intro="Who did what on the platform, newest first." work={work}>
      {() => (
        <>
          <Trail read={read} nameOf={(id) => id} />
          <Export access={access} chain={PLATFORM_CHAIN} from={`${OF_PLATFORM}/export`} />
          <RetentionSection
            read={() => answered(client.GET(`${OF_PLATFORM}/retention`))}
            change={
              may('platform-audit.manage')
                ? (body) => client.PUT(`${OF_PLATFORM}/retention`, { body })
                : undefined
            }
          />
        </>
      )}
    </Frame>
  );
}

const LIMIT = 50;
interface TrailProps {
  readonly read: (query: object) => Promise<Page>;
  readonly nameOf: (id: string) => string;
}

function Trail({ read, nameOf }: TrailProps) {
  const [filter, setFilter] = useState<Filter>({});
  const [older, setOlder] = useState<readonly Entry[]>([]);
  const work = useWork(() => read({ limit: LIMIT }));
  const [page, setPage] = useState<Page>();
  const shown = page ?? work.value;
  const search = async (field: (name: string) => string) => {
    const wanted = readFilter(field);
    setPage(await read({ ...wanted, limit: LIMIT }));
    setFilter(wanted);
    setOlder([]);
  };
  const more = async () => {
    if (!shown?.next) return;
    const next = await read({ ...filter, limit: LIMIT, before: shown.next });
    setOlder([...older, ...shown.entries]);
    setPage(next);
  };
  return (
    <>
      <Form submit={search} label="Search" class="inline search" testId="audit-search">
        <Text name="text" label="Text" placeholder="name, reason, address" />
        <Text name="action" label="Action begins with" placeholder="session." />
        <Text name="since" label="Since" type="datetime-local" />
        <Text name="until" label="Until" type="datetime-local" />
      </Form>
      {work.problem !== '' && (
        <p class="problem" role="alert">
          {work.problem}
        </p>
      )}
      {shown && <AuditEntries entries={[...older, ...shown.entries]} nameOf={nameOf} />}
      {shown?.next && <Form submit={more} label="Show older ones" class="inline" testId="audit-older" />}
    </>
  );
}

function readFilter(field: (name: string) => string): Filter {
  const time = (name: string) => (field(name) === '' ? '' : new Date(field(name)).toISOString());
  const all = {
    text: field('text').trim(),
    action: field('action').trim(),
    since: time('since'),
    until: time('until'),
  };
  return checked(AuditFilter, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')));
}
