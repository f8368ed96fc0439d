/** Access that was lent to the platform's people, for a while and with a reason. */
import { LendAccess } from '../../../../schema/api/access.ts';
import { OrgRole } from '../../../../schema/roles.ts';
import { answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { checked } from '../checked.ts';
import { Dialog } from '../dialog.tsx';
import { Choice, Text } from '../fields.tsx';
import { Frame } from '../frame.tsx';
import type { OrganizationPage } from '../props.ts';
import { Table } from '../table.tsx';
import { DAY_S, durations, HOUR_S, orderOf, roleOptions, roleText, whenOf } from '../words.ts';
import { useWork } from '../work.tsx';

const PATH = '/v1/orgs/{org}/support-access';
const LENDABLE = OrgRole.options.filter((role) => role !== 'organization_owner');

export function SupportAccessPage({ api, client }: OrganizationPage) {
  const work = useWork(() => answered(client.GET(PATH, api.here)));
  const { value, ask, open, close } = work;
  type Lent = NonNullable<typeof value>['supportAccess'][number];
  const lend = () =>
    open((done) => (
      <Dialog title="Lend access" close={close}>
        <Form
          label="Lend it"
          testId="save-lend"
          submit={(field) =>
            client
              .POST(PATH, {
                ...api.here,
                body: checked(LendAccess, {
                  email: field('email').trim(),
                  role: field('role'),
                  reason: field('reason').trim(),
                  expiresIn: Number(field('expiresIn')),
                }),
              })
              .then(done)
          }
        >
          <Text name="email" label="E-mail of one of the platform's people" type="email" required />
          <Choice name="role" label="As" options={roleOptions(LENDABLE)} value="organization_operator" />
          <Text name="reason" label="Why" required />
          <Choice
            name="expiresIn"
            label="For"
            options={durations(HOUR_S, 8 * HOUR_S, DAY_S, 7 * DAY_S)}
            value={String(HOUR_S)}
          />
        </Form>
      </Dialog>
    ));
  const takeBack = ({ id, email }: Lent) =>
    ask({
      title: `Take back what was lent to ${email}?`,
      text: 'They are out at once.',
      label: 'Take it back',
      work: () => client.DELETE(`${PATH}/{access}`, api.at({ access: id })),
    });
  return (
    <Frame
      title="Support access"
      intro="Nobody of the platform sees into this organization unless it is lent to them here. Lent access reaches no machine and shows no secret; each use is in the audit trail."
      work={work}
      actions={
        <button type="button" onClick={lend} data-testid="lend">
          Lend access
        </button>
      }
    >
      {({ supportAccess }) => (
        <Table
          label="Support access"
          rows={supportAccess}
          keyOf={({ id }) => id}
          empty="Nothing is lent, and never was."
          columns={[
            { title: 'To', text: ({ email }) => email },
            { title: 'As', text: ({ role }) => roleText(role) },
            { title: 'Why', text: ({ reason }) => reason },
            {
              title: 'Last used',
              text: ({ lastUsedAt }) => whenOf(lastUsedAt),
              order: ({ lastUsedAt }) => orderOf(lastUsedAt),
            },
            { title: 'State', text: stateOf, order: ({ expiresAt }) => orderOf(expiresAt) },
          ]}
          actions={(lent) =>
            isOpen(lent) && (
              <button type="button" class="quiet" onClick={() => takeBack(lent)}>
                Take back
              </button>
            )
          }
        />
      )}
    </Frame>
  );
}

interface Times {
  readonly expiresAt: string;
  readonly revokedAt: string | null;
}
const isOpen = ({ expiresAt, revokedAt }: Times) => revokedAt === null && Date.parse(expiresAt) > Date.now();
const stateOf = (lent: Times) =>
  isOpen(lent) ? `until ${whenOf(lent.expiresAt)}` : lent.revokedAt === null ? 'ended' : 'taken back';
