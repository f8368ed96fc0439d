/** How long an audit trail is kept. */
import { Form } from '../../pages/form.tsx';
import { Text } from '../fields.tsx';
import { useWork } from '../work.tsx';

interface Kept {
  /** Null for ever. */
  readonly days: number | null;
}
interface Props {
  readonly read: () => Promise<Kept>;
  /** Undefined for who may not. */
  readonly change: ((kept: Kept) => Promise<unknown>) | undefined;
}

export function RetentionSection({ read, change }: Props) {
  const work = useWork(read);
  if (!work.value) return null;
  const { days } = work.value;
  const save = async (field: (name: string) => string) => {
    const wanted = field('days').trim();
    await change?.({ days: wanted === '' ? null : Number(wanted) });
    await work.again();
  };
  return (
    <section aria-labelledby="retention">
      <h2 id="retention">How long it is kept</h2>
      <p class="muted" role="status">
        {days === null ? 'For ever.' : `${days} days; older entries are removed at a signed checkpoint.`}
      </p>
      {change && (
        <Form submit={save} label="Change it" class="inline narrow" testId="save-retention">
          <Text
            name="days"
            label="Days (empty: for ever)"
            type="number"
            min={30}
            max={36_500}
            value={days === null ? '' : String(days)}
          />
        </Form>
      )}
    </section>
  );
}
