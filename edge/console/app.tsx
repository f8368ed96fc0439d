/** The console: signed out, the list, or one resource, as the address says. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { SignedIn } from '../../schema/api/auth.ts';
import { Access } from './access.ts';
import { Api } from './api.ts';
import { Brand } from './brand.tsx';
import { ResourcePage } from './pages/resource.tsx';
import { ResourcesPage } from './pages/resources.tsx';
import { SignInPage } from './pages/sign-in.tsx';

const send = (path: string, init: RequestInit) => fetch(path, init);
const access = new Access(send, Date.now);

/** `#/r/NAME` is a resource's own, lasting address. */
function resourceInAddress(): string | undefined {
  return /^#\/r\/([a-z0-9-]+)$/.exec(location.hash)?.[1];
}

export function App() {
  const [signedIn, setSignedIn] = useState<SignedIn | null | undefined>();
  const [resource, setResource] = useState(resourceInAddress);
  useEffect(() => {
    access.renew().then(setSignedIn, () => setSignedIn(null));
    const moved = () => setResource(resourceInAddress());
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  const [first] = signedIn?.user.organizations ?? [];
  const api = useMemo(
    () => (signedIn && first ? new Api(access, send, signedIn.user, first.id) : undefined),
    [signedIn, first],
  );

  if (signedIn === undefined) return <div class="loading" role="status" aria-label="Loading" />;
  if (signedIn === null)
    return (
      <SignInPage signIn={async (email, password) => setSignedIn(await access.signIn(email, password))} />
    );
  const signOut = () => void access.signOut().then(() => setSignedIn(null));
  if (!api) return <NoOrganization signOut={signOut} />;
  return (
    <div class="page">
      <header class="bar">
        <Brand api={api} />
        {resource !== undefined && <span class="crumb">{resource}</span>}
        <span class="who">
          <span class="email">{api.me.email}</span>
          <button type="button" class="quiet" onClick={signOut}>
            Sign out
          </button>
        </span>
      </header>
      {resource === undefined ? (
        <ResourcesPage api={api} />
      ) : (
        <ResourcePage key={resource} api={api} name={resource} />
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
