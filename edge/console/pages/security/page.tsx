/** My own way in: password, second factors, devices, sign-ins. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Me } from '../../../../schema/api/auth.ts';
import { SecurityView } from '../../../../schema/api/security.ts';
import type { Access } from '../../access.ts';
import { messageOf } from '../form.tsx';
import { AuthenticatorSection } from './authenticator.tsx';
import { DevicesSection, SignInsSection } from './lists.tsx';
import { PasskeysSection } from './passkeys.tsx';
import { PasswordSection } from './password.tsx';

export function SecurityPage({ access, me, signedOut }: { access: Access; me: Me; signedOut: () => void }) {
  const [view, setView] = useState<SecurityView>();
  const [problem, setProblem] = useState('');
  const load = useCallback(
    async () => setView(SecurityView.parse(await access.call('GET', '/v1/me/security'))),
    [access],
  );
  const change = (work: () => Promise<unknown>) => {
    setProblem('');
    work()
      .then(load)
      .catch((error: unknown) => setProblem(messageOf(error)));
  };
  useEffect(() => {
    load().catch((error: unknown) => setProblem(messageOf(error)));
  }, [load]);
  return (
    <main class="list security">
      <h1>Security</h1>
      {problem !== '' && (
        <p class="problem" role="alert" data-testid="problem">
          {problem}
        </p>
      )}
      {view && (
        <>
          <PasskeysSection access={access} me={me} view={view} change={change} />
          <AuthenticatorSection access={access} me={me} view={view} change={change} />
          {view.password && <PasswordSection access={access} me={me} view={view} change={change} />}
          <DevicesSection access={access} me={me} view={view} change={change} />
          <SignInsSection access={access} me={me} view={view} change={change} signedOut={signedOut} />
        </>
      )}
    </main>
  );
}
