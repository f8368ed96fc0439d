/** Entries of an audit trail. */
import { Table } from '../table.tsx';
import { orderOf, whenOf } from '../words.ts';

export interface Entry {
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string | null;
  readonly reason: string | null;
  readonly address: string | null;
  readonly detail: string | null;
}
interface Props {
  readonly entries: readonly Entry[];
  readonly nameOf: (id: string) => string;
}

const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

export function AuditEntries({ entries, nameOf }: Props) {
  const named = (text: string | null) => (text ?? '').replace(ID, nameOf);
  const aboutOf = ({ subject, reason, detail }: Entry) =>
    [named(subject), reason ?? '', detail ?? ''].filter((part) => part !== '').join(' · ');
  return (
    <Table
      label="Entries"
      rows={entries}
      keyOf={({ seq }) => String(seq)}
      empty="No entry is like that."
      columns={[
        { title: 'No.', text: ({ seq }) => String(seq), order: ({ seq }) => seq },
        { title: 'When', text: ({ at }) => whenOf(at), order: ({ at }) => orderOf(at), whole: true },
        { title: 'Who', text: ({ actor }) => named(actor.replace(/^user:/, '')) },
        { title: 'Action', text: ({ action }) => action, whole: true },
        { title: 'About', text: aboutOf },
        { title: 'From', text: ({ address }) => address ?? '', whole: true },
      ]}
    />
  );
}
