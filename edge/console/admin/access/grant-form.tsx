/** Grants access: to whom, to what, by which channels, and when. */
import { useState } from 'preact/hooks';
import { CreateOrgGrant, PROTOCOL_CHANNELS } from '../../../../schema/api/resources.ts';
import { DAYS } from '../../../../schema/policy.ts';
import { Protocol } from '../../../../schema/resource.ts';
import type { Api } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { checked } from '../checked.ts';
import { Dialog } from '../dialog.tsx';
import { Check, Checks, Choice, type Option, Text, ticked } from '../fields.tsx';
import type { Named, Names } from '../names.ts';
import { roleOptions } from '../words.ts';
import { labelsOf } from './grant-text.ts';

interface Props {
  readonly api: Api;
  readonly names: Names;
  readonly close: () => void;
  readonly done: () => Promise<void>;
}
type Field = (name: string) => string;

const KINDS = {
  user: 'One person',
  group: 'A group',
  role: 'Everyone with a role',
  service_account: 'A service account',
} as const;
const isKind = (value: string): value is keyof typeof KINDS => value in KINDS;
const optionsOf = (named: readonly Named[]): Option[] =>
  named.map(({ id, name }) => ({ value: id, label: name }));

export function GrantForm({ api, names, close, done }: Props) {
  const [kind, setKind] = useState<keyof typeof KINDS>('user');
  const whom: Record<keyof typeof KINDS, Option[]> = {
    user: optionsOf(names.people),
    group: optionsOf(names.groups),
    role: roleOptions(names.roles),
    service_account: optionsOf(names.accounts),
  };
  const submit = async (field: Field, fields: FormData) => {
    const body = readGrant(kind, field, fields);
    await api.client.POST('/v1/orgs/{org}/grants', { ...api.here, body });
    await done();
  };
  return (
    <Dialog title="Grant access" close={close} wide>
      <Form submit={submit} label="Grant it" testId="save-grant">
        <Choice
          name="kind"
          label="To"
          options={Object.entries(KINDS).map(([value, label]) => ({ value, label }))}
          changed={(value) => isKind(value) && setKind(value)}
        />
        {whom[kind].length > 0 ? (
          <Choice key={kind} name="who" label="Who" options={whom[kind]} />
        ) : (
          <Text key={kind} name="who" label="Id" hint="There is none that you may see by name." required />
        )}
        <Reach names={names} />
        <Times />
      </Form>
    </Dialog>
  );
}

/** What it opens: one resource with channels of its protocol, or whatever has some labels. */
function Reach({ names }: { names: Names }) {
  const [byLabel, setByLabel] = useState(false);
  const [resource, setResource] = useState(names.resources[0]);
  const protocols = resource && !byLabel ? [resource.protocol] : Protocol.options;
  const channels = [...new Set(protocols.flatMap((protocol) => Object.keys(PROTOCOL_CHANNELS[protocol])))];
  const [some, setSome] = useState(false);
  return (
    <>
      <Check name="byLabel" label="Everything with some labels, now and later" changed={setByLabel} />
      {byLabel ? (
        <Text name="labels" label="Labels" hint="env=production team=db" required />
      ) : names.resources.length > 0 ? (
        <Choice
          name="resource"
          label="Resource"
          options={optionsOf(names.resources)}
          changed={(id) => setResource(names.resources.find((each) => each.id === id))}
        />
      ) : (
        <Text name="resource" label="Resource's id" required />
      )}
      <Check name="some" label="Only some channels" changed={setSome} />
      {some && (
        <Checks
          name="channel"
          legend="Channels"
          options={channels
            .filter((each) => each !== 'control')
            .map((each) => ({ value: each, label: each }))}
        />
      )}
    </>
  );
}

function Times() {
  const [limited, setLimited] = useState(false);
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <>
      <Text name="expiresAt" label="Until (empty: for good)" type="datetime-local" />
      <Check name="limited" label="Only at certain times" changed={setLimited} />
      {limited && (
        <>
          <Checks
            name="day"
            legend="Days"
            options={DAYS.map((day) => ({ value: day, label: day }))}
            chosen={['mon', 'tue', 'wed', 'thu', 'fri']}
          />
          <div class="side-by-side">
            <Text name="from" label="From" type="time" value="08:00" required />
            <Text name="to" label="To" type="time" value="18:00" required />
          </div>
          <Text name="timeZone" label="Time zone" value={here} required />
        </>
      )}
    </>
  );
}

function readGrant(kind: keyof typeof KINDS, field: Field, fields: FormData) {
  const who = field('who');
  const to = { type: kind, [kind === 'service_account' ? 'serviceAccount' : kind]: who };
  const on = field('byLabel') ? { matchLabels: labelsOf(field('labels')) } : { resource: field('resource') };
  const both = { send: true, receive: true };
  // Every protocol carries its own controls beside what is asked for.
  const chosen = ['control', ...ticked(fields, 'channel')].map((channel) => [channel, both]);
  const expiresAt = field('expiresAt');
  const { from, timeZone } = { from: field('from'), timeZone: field('timeZone') };
  return checked(CreateOrgGrant, {
    to,
    on,
    ...(field('some') && { channels: Object.fromEntries(chosen) }),
    ...(expiresAt !== '' && { expiresAt: new Date(expiresAt).toISOString() }),
    ...(field('limited') && { window: { days: ticked(fields, 'day'), from, to: field('to'), timeZone } }),
  });
}
