/** A new secret, and a new value for one that there is. */
import { CreateSecret, PutSecret } from '../../../../schema/api/secrets.ts';
import { SecretKind } from '../../../../schema/secret-kinds.ts';
import type { Api } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { checked } from '../checked.ts';
import { Dialog } from '../dialog.tsx';
import { Check, Choice, Text, TextArea } from '../fields.tsx';

interface Props {
  readonly api: Api;
  readonly close: () => void;
  readonly done: () => Promise<void>;
}

export function NewSecret({ api, close, done }: Props) {
  const submit = async (field: (name: string) => string, fields: FormData) => {
    const kind = field('kind');
    const value = fields.has('generate') ? { generate: { kind } } : { value: field('value') };
    const body = checked(CreateSecret, { name: field('name').trim(), kind, ...value });
    await api.client.POST('/v1/orgs/{org}/secrets', { ...api.here, body });
    await done();
  };
  return (
    <Dialog title="Make a secret" close={close}>
      <Form submit={submit} label="Make it" testId="save-secret">
        <Text name="name" label="Name" required />
        <Choice
          name="kind"
          label="Kind"
          options={SecretKind.options.map((kind) => ({ value: kind, label: kind.replace('_', ' ') }))}
        />
        <TextArea name="value" label="Value" />
        <Check
          name="generate"
          label="Generate it instead"
          hint="A password or an SSH key that nobody has to see"
        />
      </Form>
    </Dialog>
  );
}

export function PutValue({
  api,
  secret,
  close,
  done,
}: Props & { readonly secret: { readonly id: string; readonly name: string } }) {
  const submit = async (field: (name: string) => string) => {
    const body = checked(PutSecret, { value: field('value') });
    await api.client.POST('/v1/orgs/{org}/secrets/{secret}/versions', {
      ...api.at({ secret: secret.id }),
      body,
    });
    await done();
  };
  return (
    <Dialog title={`A new value for ${secret.name}`} close={close}>
      <Form submit={submit} label="Put it" testId="put-secret">
        <TextArea name="value" label="Value" required />
      </Form>
    </Dialog>
  );
}
