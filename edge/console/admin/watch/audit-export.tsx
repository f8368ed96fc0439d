/** The whole trail as a file, and the same check of it that `fabric audit verify` makes, here in the browser. */
import { useState } from 'preact/hooks';
import { AuditKeys } from '../../../../schema/api/audit.ts';
import { answerOf } from '../../../../schema/api/problem.ts';
import type { Finding } from '../../../../schema/audit.ts';
import { verifyExport } from '../../../../schema/audit-export.ts';
import { Refusal } from '../../../../schema/refusal.ts';
import type { Access } from '../../access.ts';
import { messageOf } from '../../pages/form.tsx';
import { linesOf } from './lines.ts';

interface Props {
  readonly access: Access;
  /** What the file is called after. */
  readonly chain: string;
  readonly from: string;
}

export function Export({ access, chain, from }: Props) {
  const [told, setTold] = useState('');
  const [isWrong, setWrong] = useState(false);
  const [busy, setBusy] = useState(false);
  const attempt = async (doing: string, work: () => Promise<{ text: string; ok: boolean }>) => {
    setBusy(true);
    setWrong(false);
    setTold(doing);
    const { text, ok } = await work().catch((error: unknown) => ({ text: messageOf(error), ok: false }));
    setTold(text);
    setWrong(!ok);
    setBusy(false);
  };
  const save = (format: 'jsonl' | 'csv') =>
    attempt('Exporting…', async () => {
      const response = await open(access, `${from}?format=${format}`);
      download(await response.blob(), `audit-${chain}.${format}`);
      return { text: 'Saved.', ok: true };
    });
  const verify = () =>
    attempt('Checking every entry…', async () => {
      const { keys } = AuditKeys.parse(await access.call('GET', '/v1/audit/keys'));
      const { body } = await open(access, `${from}?format=jsonl`);
      if (!body) throw new Refusal('unavailable');
      return saidOf(await verifyExport(linesOf(body), { keys }, Date.now()));
    });
  return (
    <section aria-labelledby="keeping">
      <h2 id="keeping">Export and check</h2>
      <div class="actions">
        <button type="button" class="second" disabled={busy} onClick={() => void save('jsonl')}>
          Export
        </button>
        <button type="button" class="second" disabled={busy} onClick={() => void save('csv')}>
          Export as CSV
        </button>
        <button
          type="button"
          class="second"
          disabled={busy}
          onClick={() => void verify()}
          data-testid="verify-audit"
        >
          Check that nothing was changed
        </button>
      </div>
      <p role="status" class={isWrong ? 'problem' : 'muted'} data-testid="audit-told">
        {told}
      </p>
    </section>
  );
}

async function open(access: Access, path: string): Promise<Response> {
  const authorization = `Bearer ${await access.token()}`;
  const response = await access.send(path, { headers: { authorization } });
  if (!response.ok) await answerOf(response);
  return response;
}

function saidOf(found: Finding): { text: string; ok: boolean } {
  if (!found.ok) return { text: `Entry ${found.seq}: ${found.reason}`, ok: false };
  const { entries, checkpoints } = found;
  return {
    text: `Whole: ${entries} entries follow each other, and ${checkpoints} signed checkpoints agree.`,
    ok: true,
  };
}

function download(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
