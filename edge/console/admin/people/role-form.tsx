/** A role of the organization's own: a name, and a tick for each thing it may do. */
import { z } from 'zod';
import { ORG_PERMISSIONS, OrgPermission } from '../../../../schema/permissions.ts';
import type { Api } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import { Dialog } from '../dialog.tsx';
import { Checks, Text, ticked } from '../fields.tsx';

/** `members.read` belongs to `members`. */
const SUBJECTS = [...new Set(ORG_PERMISSIONS.map((permission) => permission.split('.')[0] ?? ''))];
const optionsOf = (subject: string) =>
  ORG_PERMISSIONS.filter((permission) => permission.startsWith(`${subject}.`)).map((permission) => ({
    value: permission,
    label: permission.slice(subject.length + 1),
  }));
const titleOf = (subject: string) => subject.charAt(0).toUpperCase() + subject.slice(1).replace('-', ' ');

/** Ticks under one name, as permissions. */
export const tickedPermissions = (fields: FormData): OrgPermission[] =>
  z.array(OrgPermission).parse(ticked(fields, 'permission'));

interface Props {
  readonly api: Api;
  readonly role: { readonly name: string; readonly permissions: readonly string[] } | undefined;
  readonly close: () => void;
  readonly done: () => Promise<void>;
}

export function RoleForm({ api, role, close, done }: Props) {
  const submit = async (field: (name: string) => string, fields: FormData) => {
    const permissions = tickedPermissions(fields);
    if (role)
      await api.client.PUT('/v1/orgs/{org}/roles/{role}', {
        ...api.at({ role: role.name }),
        body: { permissions },
      });
    else
      await api.client.POST('/v1/orgs/{org}/roles', {
        ...api.here,
        body: { name: field('name'), permissions },
      });
    await done();
  };
  return (
    <Dialog title={role ? `Role ${role.name}` : 'Make a role'} close={close} wide>
      <Form submit={submit} label="Save" testId="save-role">
        {!role && <Text name="name" label="Name" hint="Lower case letters, digits and hyphens" required />}
        <div class="grouped">
          {SUBJECTS.map((subject) => (
            <Checks
              key={subject}
              name="permission"
              legend={titleOf(subject)}
              options={optionsOf(subject)}
              chosen={role?.permissions ?? []}
            />
          ))}
        </div>
      </Form>
    </Dialog>
  );
}
