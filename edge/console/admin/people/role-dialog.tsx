/** Picks a role. */
import { OrgRole } from '../../../../schema/roles.ts';
import { type Api, answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import type { May } from '../../powers.ts';
import { Dialog } from '../dialog.tsx';
import { Choice } from '../fields.tsx';
import { roleOptions } from '../words.ts';

/** The built-in ones, and the organization's own where one may see them. */
export async function roleNames(api: Api, may: May): Promise<string[]> {
  if (!may('roles.read')) return [...OrgRole.options];
  return (await answered(api.client.GET('/v1/orgs/{org}/roles', api.here))).roles.map(({ name }) => name);
}

interface Props {
  readonly title: string;
  readonly roles: readonly string[];
  readonly role: string | null;
  /** A role may be none at all. */
  readonly optional?: boolean;
  readonly save: (role: string) => Promise<void>;
  readonly close: () => void;
}

export function RoleDialog({ title, roles, role, optional = false, save, close }: Props) {
  const none = optional ? [{ value: '', label: 'None' }] : [];
  return (
    <Dialog title={title} close={close}>
      <Form submit={(field) => save(field('role'))} label="Save" testId="save-role">
        <Choice name="role" label="Role" value={role ?? ''} options={[...none, ...roleOptions(roles)]} />
      </Form>
    </Dialog>
  );
}
