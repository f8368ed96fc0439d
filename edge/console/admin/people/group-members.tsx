/** Who is in a group: each tick is done at once. */
import { useState } from 'preact/hooks';
import type { Api } from '../../api.ts';
import { messageOf } from '../../pages/form.tsx';
import { Dialog } from '../dialog.tsx';

interface Props {
  readonly api: Api;
  readonly group: { readonly id: string; readonly name: string; readonly members: readonly string[] };
  readonly people: readonly { readonly id: string; readonly email: string }[];
  readonly close: () => void;
  readonly changed: () => Promise<void>;
}

export function GroupMembers({ api, group, people, close, changed }: Props) {
  const [inside, setInside] = useState<ReadonlySet<string>>(new Set(group.members));
  const [problem, setProblem] = useState('');
  const put = async (user: string, isIn: boolean) => {
    const path = '/v1/orgs/{org}/groups/{group}/members/{user}';
    const at = api.at({ group: group.id, user });
    try {
      await (isIn ? api.client.PUT(path, at) : api.client.DELETE(path, at));
      setInside((before) => (isIn ? new Set([...before, user]) : before.difference(new Set([user]))));
      setProblem('');
      await changed();
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <Dialog title={`People of ${group.name}`} close={close}>
      {problem !== '' && (
        <p class="problem" role="alert" data-testid="problem">
          {problem}
        </p>
      )}
      <fieldset class="checks">
        <legend class="unseen">People</legend>
        {people.map(({ id, email }) => (
          <label class="check" key={id}>
            <input
              type="checkbox"
              checked={inside.has(id)}
              data-testid={`in-group-${email}`}
              onChange={(event) => void put(id, event.currentTarget.checked)}
            />
            <span>{email}</span>
          </label>
        ))}
      </fieldset>
    </Dialog>
  );
}
