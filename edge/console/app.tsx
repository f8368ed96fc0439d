/** The console: signed out, or one page, as the address says. */
import { useEffect, useState } from 'preact/hooks';
import type { SignedIn } from '../../schema/api/auth.ts';
import { Access } from './access.ts';
import { SignedInPage } from './inside.tsx';
import { JoinPage } from './pages/join.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { SsoSignIn } from './pages/sso.tsx';
import { StepUpDialog } from './pages/step-up.tsx';
import { placeOf } from './place.ts';
import { Prover, type Question } from './prover.ts';
import { arriveBySso } from './sso.ts';

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
      <SignedInPage access={access} signedIn={signedIn} place={place} left={() => setSignedIn(null)} />
      {question && <StepUpDialog question={question} me={signedIn.user} />}
    </>
  );
}
