/** The organization's secrets: made, given new values, shown with a reason. The page itself never has a value. */
import { RevealSecret } from '../../../../schema/api/secrets.ts';
import { answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { checked } from '../checked.ts';
import { Dialog } from '../dialog.tsx';
import { Text } from '../fields.tsx';
import { Frame } from '../frame.tsx';
import type { OrganizationPage } from '../props.ts';
import { Table } from '../table.tsx';
import { orderOf, whenOf } from '../words.ts';
import { useWork } from '../work.tsx';
import { NewSecret, PutValue } from './secret-forms.tsx';
import { SecretVersions } from './secret-versions.tsx';

const PATH = '/v1/orgs/{org}/secrets';
const ONE = `${PATH}/{secret}` as const;

export function SecretsPage({ api, client, may }: OrganizationPage) {
  const work = useWork(() => answered(client.GET(PATH, api.here)));
  const { value, ask, open, close } = work;
  type Row = NonNullable<typeof value>['secrets'][number];
  const create = () => open((done) => <NewSecret api={api} close={close} done={done} />);
  const put = (secret: Row) =>
    open((done) => <PutValue api={api} secret={secret} close={close} done={done} />);
  const history = (secret: Row) => open(() => <SecretVersions api={api} secret={secret} close={close} />);
  const reveal = ({ id, name }: Row) =>
    open(() => (
      <Reveal
        name={name}
        close={close}
        read={(reason) =>
          answered(
            client.POST(`${ONE}/reveal`, {
              ...api.at({ secret: id }),
              body: checked(RevealSecret, { reason }),
            }),
          )
        }
        show={(text) => open(() => <Shown name={name} text={text} close={close} />)}
      />
    ));
  const rotate = ({ id, name }: Row) =>
    ask({
      title: `Make a new value for ${name}?`,
      text: 'It is the current one at once; its targets have to know it.',
      label: 'Rotate',
      work: () => client.POST(`${ONE}/rotate`, api.at({ secret: id })),
    });
  const remove = ({ id, name }: Row) =>
    ask({
      title: `Delete ${name}?`,
      text: 'All its versions are gone for good.',
      label: 'Delete',
      work: () => client.DELETE(ONE, api.at({ secret: id })),
    });
  return (
    <Frame
      title="Secrets"
      intro="Values are sealed. Showing one needs a reason, and everybody who reads the audit trail sees that it was shown."
      work={work}
      actions={
        <button type="button" onClick={create} data-testid="new-secret">
          Make a secret
        </button>
      }
    >
      {({ secrets }) => (
        <Table
          label="Secrets"
          rows={secrets}
          keyOf={({ id }) => id}
          empty="There is no secret yet."
          columns={[
            { title: 'Name', text: ({ name }) => name },
            { title: 'Kind', text: ({ kind }) => kind },
            { title: 'Version', text: ({ version }) => String(version ?? '-') },
            { title: 'Used by', text: ({ usedBy }) => usedBy.map(({ name }) => name).join(', ') || 'nobody' },
            {
              title: 'Next rotation',
              text: ({ dueSince, nextRotationAt }) =>
                dueSince === null ? whenOf(nextRotationAt) : `due since ${whenOf(dueSince)}`,
              order: ({ nextRotationAt }) => orderOf(nextRotationAt),
            },
          ]}
          actions={(secret) => (
            <>
              <button type="button" class="quiet" onClick={() => history(secret)}>
                History
              </button>
              <button type="button" class="quiet" onClick={() => put(secret)}>
                New value
              </button>
              {secret.generated !== null && (
                <button type="button" class="quiet" onClick={() => rotate(secret)}>
                  Rotate
                </button>
              )}
              {may('secrets.reveal') && (
                <button type="button" class="quiet" onClick={() => reveal(secret)}>
                  Reveal
                </button>
              )}
              {!secret.ownedByResource && (
                <button type="button" class="quiet" onClick={() => remove(secret)}>
                  Delete
                </button>
              )}
            </>
          )}
        />
      )}
    </Frame>
  );
}

interface RevealProps {
  readonly name: string;
  readonly close: () => void;
  readonly read: (reason: string) => Promise<{ readonly value: string }>;
  readonly show: (text: string) => void;
}

function Reveal({ name, close, read, show }: RevealProps) {
  return (
    <Dialog title={`Show the value of ${name}`} close={close}>
      <Form
        submit={async (field) => show((await read(field('reason'))).value)}
        label="Show it"
        testId="reveal-secret"
      >
        <Text name="reason" label="Reason" hint="The audit trail keeps it" required />
      </Form>
    </Dialog>
  );
}

/** Gone with the dialog; kept nowhere. */
function Shown({ name, text, close }: { name: string; text: string; close: () => void }) {
  return (
    <Dialog title={name} close={close} wide>
      <pre class="mono" data-testid="revealed">
        {text}
      </pre>
      <button type="button" onClick={close}>
        Done
      </button>
    </Dialog>
  );
}
