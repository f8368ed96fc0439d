/** The console: signed out, the list, one resource, or one's own security, as the address says. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { SignedIn } from '../../schema/api/auth.ts';
import { Access } from './access.ts';
import { Api } from './api.ts';
import { JoinPage } from './pages/join.tsx';
import { ResourcePage } from './pages/resource.tsx';
import { ResourcesPage } from './pages/resources.tsx';
import { SecurityPage } from './pages/security/page.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { StepUpDialog } from './pages/step-up.tsx';
import { Prover, type Question } from './prover.ts';

const send = (path: string, init: RequestInit) => fetch(path, init);
const prover = new Prover();
const access = new Access(send, Date.now, prover.prove);

interface Place {
  readonly page: 'resources' | 'resource' | 'security' | 'join';
  /** A resource's name, or an invitation's token. */
  readonly name: string;
}

/** `#/r/NAME` is a resource's own, lasting address. */
function placeInAddress(): Place {
  const [, kind = '', name = ''] = /^#\/(r|join|security)\/?([A-Za-z0-9_-]*)$/.exec(location.hash) ?? [];
  if (kind === 'r' && name !== '') return { page: 'resource', name };
  if (kind === 'join' && name !== '') return { page: 'join', name };
  return { page: kind === 'security' ? 'security' : 'resources', name: '' };
}

export function App() {
  const [signedIn, setSignedIn] = useState<SignedIn | null | undefined>();
  const [place, setPlace] = useState(placeInAddress);
  const [question, setQuestion] = useState<Question>();
  useEffect(() => {
    prover.listen(setQuestion);
    access.renew().then(setSignedIn, () => setSignedIn(null));
    const moved = () => setPlace(placeInAddress());
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  const [first] = signedIn?.user.organizations ?? [];
  const api = useMemo(
    () => (signedIn && first ? new Api(access, signedIn.user, first.id) : undefined),
    [signedIn, first],
  );
  const entered = (answer: SignedIn) => {
    setSignedIn(answer);
    setPlace(placeInAddress());
  };

  if (place.page === 'join') return <JoinPage access={access} token={place.name} done={entered} />;
  if (signedIn === undefined) return <div class="loading" role="status" aria-label="Loading" />;
  if (signedIn === null) return <SignInPage access={access} done={entered} />;
  const left = () => setSignedIn(null);
  const signOut = () => void access.signOut().then(left);
  return (
    <div class="page">
      <header class="bar">
        <a class="brand" href="#/">
          <span class="mark" aria-hidden="true" />
          Secure Access Fabric
        </a>
        {place.page === 'resource' && <span class="crumb">{place.name}</span>}
        <span class="who">
          <a class="email" href="#/security" data-testid="security">
            {signedIn.user.email}
          </a>
          <button type="button" class="quiet" onClick={signOut}>
            Sign out
          </button>
        </span>
      </header>
      {place.page === 'security' ? (
        <SecurityPage access={access} me={signedIn.user} signedOut={left} />
      ) : api === undefined ? (
        <NoOrganization />
      ) : place.page === 'resource' ? (
        <ResourcePage key={place.name} api={api} name={place.name} />
      ) : (
        <ResourcesPage api={api} />
      )}
      {question && <StepUpDialog question={question} me={signedIn.user} />}
    </div>
  );
}

function NoOrganization() {
  return (
    <main class="card">
      <h1>No organization yet</h1>
      <p>You are signed in, but belong to no organization. Ask its administrator to add you.</p>
    </main>
  );
}
