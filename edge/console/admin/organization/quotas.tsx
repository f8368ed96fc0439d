/** What an organization may have, and has. */
import { QUOTA_WORDS } from './quota-words.ts';

interface Props {
  readonly limits: Readonly<Record<string, number>>;
  readonly used: Readonly<Record<string, number>>;
}

export function QuotaTable({ limits, used }: Props) {
  return (
    <table class="table" aria-label="Quotas">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Now</th>
          <th scope="col">At most</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(QUOTA_WORDS).map(([name, words]) => (
          <tr key={name}>
            <td data-title="What">{words}</td>
            <td data-title="Now">
              {used[name] ?? '–'}{' '}
              {used[name] !== undefined && (
                <meter min={0} max={limits[name] ?? 0} value={used[name]} aria-label={`${words} used`} />
              )}
            </td>
            <td data-title="At most">{limits[name]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
