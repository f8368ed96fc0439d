/** The console: signed out, or one page, as the address says. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { SignedIn } from '../../schema/api/auth.ts';
import { Access } from './access.ts';
import { Api } from './api.ts';
import { Brand } from './brand.tsx';
import { JoinPage } from './pages/join.tsx';
import { ResourcePage } from './pages/resource.tsx';
import { ResourcesPage } from './pages/resources.tsx';
import { SecurityPage } from './pages/security/page.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { SsoSignIn } from './pages/sso.tsx';
import { SsoAdminPage } from './pages/sso-admin.tsx';
import { StepUpDialog } from './pages/step-up.tsx';
import { type Place, placeOf, SECURITY_ADDRESS, SSO_ADDRESS } from './place.ts';
import { Prover, type Question } from './prover.ts';
import { arriveBySso, Providers } from './sso.ts';

const send = (path: string, init: RequestInit) => fetch(path, init);
const prover = new Prover();
const access = new Access(send, Date.now, prover.prove);

export function App() {
  const [signedIn, setSignedIn] = useState<SignedIn | null | undefined>();
  const [place, setPlace] = useState(() => placeOf(location.hash));
  const [question, setQuestion] = useState<Question>();
  const [ssoProblem, setSsoProblem] = useState('');
  useEffect(() => {
    prover.listen(setQuestion);
    void arriveBySso(send, sessionStorage, location.hash).then((problem) => {
      setSsoProblem(problem ?? '');
      if (location.hash.startsWith('#/sso?')) history.replaceState(null, '', '#/');
      return access.renew().then(setSignedIn, () => setSignedIn(null));
    });
    const moved = () => setPlace(placeOf(location.hash));
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  const entered = (answer: SignedIn) => {
    setSignedIn(answer);
    setPlace(placeOf(location.hash));
  };

  const byOrganization = <SsoSignIn send={send} problem={ssoProblem} />;
  if (place.page === 'join')
    return (
      <JoinPage
        access={access}
        token={place.name}
        done={entered}
        signedIn={signedIn}
        left={() => setSignedIn(null)}
      >
        {byOrganization}
      </JoinPage>
    );
  if (signedIn === undefined) return <div class="loading" role="status" aria-label="Loading" />;
  if (signedIn === null)
    return (
      <SignInPage access={access} done={entered}>
        {byOrganization}
      </SignInPage>
    );
  return (
    <>
      <SignedInPage signedIn={signedIn} place={place} left={() => setSignedIn(null)} />
      {question && <StepUpDialog question={question} me={signedIn.user} />}
    </>
  );
}

interface Inside {
  readonly signedIn: SignedIn;
  readonly place: Place;
  readonly left: () => void;
}

function SignedInPage({ signedIn, place, left }: Inside) {
  const [first] = signedIn.user.organizations;
  const api = useMemo(() => first && new Api(access, signedIn.user, first.id), [signedIn, first]);
  return (
    <div class="page">
      <header class="bar">
        <Brand api={api} />
        {place.page === 'resource' && <span class="crumb">{place.name}</span>}
        <span class="who">
          {first?.role === 'organization_owner' && <a href={SSO_ADDRESS}>Single sign-on</a>}
          <a class="email" href={SECURITY_ADDRESS} data-testid="security">
            {signedIn.user.email}
          </a>
          <button type="button" class="quiet" onClick={() => void access.signOut().then(left)}>
            Sign out
          </button>
        </span>
      </header>
      <Content signedIn={signedIn} place={place} left={left} api={api} />
      {place.page !== 'resource' && (
        <footer class="foot">
          <a href="/docs/">API documentation</a>
        </footer>
      )}
    </div>
  );
}

function Content({ signedIn, place, left, api }: Inside & { readonly api: Api | undefined }) {
  const providers = useMemo(() => api && new Providers(access, api.org), [api]);
  if (place.page === 'security') return <SecurityPage access={access} me={signedIn.user} signedOut={left} />;
  if (!api || !providers) return <NoOrganization />;
  if (place.page === 'single-sign-on') return <SsoAdminPage providers={providers} />;
  if (place.page === 'resource') return <ResourcePage key={place.name} api={api} name={place.name} />;
  return <ResourcesPage api={api} />;
}

function NoOrganization() {
  return (
    <main class="card">
      <h1>No organization yet</h1>
      <p>You are signed in, but belong to no organization. Ask its administrator to add you.</p>
    </main>
  );
}
