/** A resource: its name, where it is, what its service node signs in with. */
import { useState } from 'preact/hooks';
import { ChangeResource, CreateResource } from '../../../../schema/api/resources.ts';
import type { Api } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { checked } from '../checked.ts';
import { Dialog } from '../dialog.tsx';
import { Choice, Text, TextArea, wordsOf } from '../fields.tsx';
import { labelsOf, labelsText } from './grant-text.ts';

interface Resource {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly egressPool: string;
  readonly hasCredential: boolean;
  readonly target:
    | { protocol: 'ssh'; host: string; port: number; username: string; hostKeys: string[] }
    | { protocol: 'tcp'; host: string; port: number }
    | { protocol: 'vnc'; host: string; port: number; security: 'password' | 'none' };
}
interface Props {
  readonly api: Api;
  readonly resource: Resource | undefined;
  readonly close: () => void;
  readonly done: () => Promise<void>;
}
type Field = (name: string) => string;

const USUAL_PORTS: Readonly<Record<string, number>> = { ssh: 22, vnc: 5900 };

export function ResourceForm({ api, resource, close, done }: Props) {
  const [protocol, setProtocol] = useState<string>(resource?.target.protocol ?? 'ssh');
  const target = resource?.target;
  const ssh = target?.protocol === 'ssh' ? target : undefined;
  const submit = async (field: Field) => {
    const { client } = api;
    const wanted = wantedOf(protocol, field);
    const path = '/v1/orgs/{org}/resources/{resource}';
    if (resource)
      await client.PATCH(path, {
        ...api.at({ resource: resource.id }),
        body: checked(ChangeResource, wanted),
      });
    else
      await client.POST('/v1/orgs/{org}/resources', { ...api.here, body: checked(CreateResource, wanted) });
    await done();
  };
  return (
    <Dialog title={resource ? `Edit ${resource.name}` : 'Add a resource'} close={close} wide>
      <Form submit={submit} label="Save" testId="save-resource">
        <Text name="name" label="Name" value={resource?.name ?? ''} hint="build-server" required />
        {!resource && (
          <Choice
            name="protocol"
            label="Protocol"
            options={[
              { value: 'ssh', label: 'SSH: a shell' },
              { value: 'vnc', label: 'VNC: a desktop' },
              { value: 'tcp', label: 'TCP: any service' },
            ]}
            changed={setProtocol}
          />
        )}
        <div class="side-by-side">
          <Text name="host" label="Host" value={target?.host ?? ''} placeholder="10.0.0.9" required />
          <Text
            key={protocol}
            name="port"
            label="Port"
            type="number"
            value={String(target?.port ?? USUAL_PORTS[protocol] ?? '')}
            min={1}
            max={65_535}
            required
          />
        </div>
        <Text
          name="egressPool"
          label="Egress pool"
          value={resource?.egressPool ?? ''}
          hint="The nodes that reach it go by this name"
          required
        />
        {protocol === 'ssh' && (
          <>
            <Text name="username" label="User name there" value={ssh?.username ?? ''} required />
            <TextArea
              name="hostKeys"
              label="Host keys"
              value={ssh?.hostKeys.join('\n') ?? ''}
              placeholder="SHA256:…"
              hint="One a line, as ssh-keyscan HOST | ssh-keygen -lf - prints them"
              required
            />
            <CredentialFields resource={resource} />
          </>
        )}
        {protocol === 'vnc' && <VncFields resource={resource} />}
        <Text
          name="labels"
          label="Labels"
          value={labelsText(resource?.labels ?? {})}
          hint="env=production team=db"
        />
      </Form>
    </Dialog>
  );
}

function VncFields({ resource }: { resource: Resource | undefined }) {
  const before = resource?.target.protocol === 'vnc' ? resource.target.security : 'password';
  const [security, setSecurity] = useState<string>(before);
  const options = [
    { value: 'password', label: 'A password' },
    { value: 'none', label: 'Nothing: anyone who reaches it is in' },
  ];
  // The first of them is chosen.
  if (before === 'none') options.reverse();
  return (
    <>
      <Choice name="security" label="The server asks for" options={options} changed={setSecurity} />
      {security === 'password' && (
        <Text
          name="vncPassword"
          label="Password"
          type="password"
          hint={resource?.hasCredential ? 'Empty: what is kept stays' : 'Its first eight characters count'}
          required={!resource?.hasCredential}
        />
      )}
    </>
  );
}

function CredentialFields({ resource }: { resource: Resource | undefined }) {
  const [kind, setKind] = useState('keep');
  const options = [
    { value: 'keep', label: resource?.hasCredential ? 'What is kept stays' : 'None: people bring their own' },
    { value: 'private_key', label: 'A private key' },
    { value: 'password', label: 'A password' },
    ...(resource?.hasCredential ? [{ value: 'none', label: 'None any more' }] : []),
  ];
  return (
    <>
      <Choice name="credential" label="Its credential" options={options} changed={setKind} />
      {kind === 'private_key' && (
        <TextArea name="privateKey" label="Private key (OpenSSH or PEM)" rows={5} required />
      )}
      {kind === 'password' && <Text name="password" label="Password" type="password" required />}
    </>
  );
}

function wantedOf(protocol: string, field: Field) {
  const place = { protocol, host: field('host').trim(), port: Number(field('port')) };
  const ssh = { username: field('username').trim(), hostKeys: wordsOf(field('hostKeys')) };
  return {
    name: field('name').trim(),
    egressPool: field('egressPool').trim(),
    target:
      protocol === 'ssh'
        ? { ...place, ...ssh }
        : protocol === 'vnc'
          ? { ...place, security: field('security') }
          : place,
    labels: labelsOf(field('labels')),
    ...credentialOf(field),
  };
}

function credentialOf(field: Field) {
  const vncPassword = field('vncPassword');
  if (vncPassword !== '') return { credential: { type: 'password', password: vncPassword } };
  switch (field('credential')) {
    case 'private_key':
      return { credential: { type: 'private_key', privateKey: `${field('privateKey').trim()}\n` } };
    case 'password':
      return { credential: { type: 'password', password: field('password') } };
    case 'none':
      return { credential: null };
    default:
      return {};
  }
}
