/** How long the audit trail is kept. */
import { type Api, answered } from '../../api.ts';
import { Form } from '../../pages/form.tsx';
import type { May } from '../../powers.ts';
import { Text } from '../fields.tsx';
import { useWork } from '../work.tsx';

const PATH = '/v1/orgs/{org}/audit/retention';

export function RetentionSection({ api, may }: { api: Api; may: May }) {
  const work = useWork(() => answered(api.client.GET(PATH, api.here)));
  if (!work.value) return null;
  const { days } = work.value;
  const save = async (field: (name: string) => string) => {
    const wanted = field('days').trim();
    await api.client.PUT(PATH, { ...api.here, body: { days: wanted === '' ? null : Number(wanted) } });
    await work.again();
  };
  return (
    <section aria-labelledby="retention">
      <h2 id="retention">How long it is kept</h2>
      <p class="muted" role="status">
        {days === null ? 'For ever.' : `${days} days; older entries are removed at a signed checkpoint.`}
      </p>
      {may('security.manage') && (
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
