/** The console: signed out, the list, or one resource, as the address says. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { SignedIn } from '../../schema/api/auth.ts';
import { Access } from './access.ts';
import { Api } from './api.ts';
import { Brand } from './brand.tsx';
import { ResourcePage } from './pages/resource.tsx';
import { ResourcesPage } from './pages/resources.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { SsoSignIn } from './pages/sso.tsx';
import { SsoAdminPage } from './pages/sso-admin.tsx';
import { arriveBySso, Providers } from './sso.ts';

const send = (path: string, init: RequestInit) => fetch(path, init);
const access = new Access(send, Date.now);

const SSO_ADDRESS = '#/single-sign-on';

/** `#/r/NAME` is a resource's own, lasting address. */
function resourceInAddress(): string | undefined {
  return /^#\/r\/([a-z0-9-]+)$/.exec(location.hash)?.[1];
}

export function App() {
  const [signedIn, setSignedIn] = useState<SignedIn | null | undefined>();
  const [resource, setResource] = useState(resourceInAddress);
  const [ssoProblem, setSsoProblem] = useState('');
  const [isSso, setIsSso] = useState(location.hash === SSO_ADDRESS);
  useEffect(() => {
    void arriveBySso(send, sessionStorage, location.hash).then((problem) => {
      setSsoProblem(problem ?? '');
      if (location.hash.startsWith('#/sso?')) history.replaceState(null, '', '#/');
      return access.renew().then(setSignedIn, () => setSignedIn(null));
    });
    const moved = () => {
      setResource(resourceInAddress());
      setIsSso(location.hash === SSO_ADDRESS);
    };
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  const [first] = signedIn?.user.organizations ?? [];
  const api = useMemo(
    () => (signedIn && first ? new Api(access, send, signedIn.user, first.id) : undefined),
    [signedIn, first],
  );

  const providers = useMemo(() => first && new Providers(access, send, first.id), [first]);

  if (signedIn === undefined) return <div class="loading" role="status" aria-label="Loading" />;
  if (signedIn === null)
    return (
      <SignInPage signIn={async (email, password) => setSignedIn(await access.signIn(email, password))}>
        <SsoSignIn send={send} problem={ssoProblem} />
      </SignInPage>
    );
  const signOut = () => void access.signOut().then(() => setSignedIn(null));
  if (!api || !providers) return <NoOrganization signOut={signOut} />;
  return (
    <div class="page">
      <header class="bar">
        <Brand api={api} />
        {resource !== undefined && <span class="crumb">{resource}</span>}
        <span class="who">
          {first?.role === 'organization_owner' && <a href={SSO_ADDRESS}>Single sign-on</a>}
          <span class="email">{api.me.email}</span>
          <button type="button" class="quiet" onClick={signOut}>
            Sign out
          </button>
        </span>
      </header>
      {isSso ? (
        <SsoAdminPage providers={providers} />
      ) : resource === undefined ? (
        <ResourcesPage api={api} />
      ) : (
        <ResourcePage key={resource} api={api} name={resource} />
      )}
      {resource === undefined && (
        <footer class="foot">
          <a href="/docs/">API documentation</a>
        </footer>
      )}
    </div>
  );
}

function NoOrganization({ signOut }: { signOut: () => void }) {
  return (
    <main class="card">
      <h1>No organization yet</h1>
      <p>You are signed in, but belong to no organization. Ask its administrator to add you.</p>
      <button type="button" onClick={signOut}>
        Sign out
      </button>
    </main>
  );
}
