/** The console of who is signed in: whose it is on top, the areas beside it, and one page. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { SignedIn } from '../../schema/api/auth.ts';
import { Membership } from '../../schema/api/organizations.ts';
import type { Access } from './access.ts';
import { areasFor } from './admin/areas.ts';
import { Api } from './api.ts';
import { Brand } from './brand.tsx';
import { type Chosen, chooseOrganization, lastChosen, remember } from './choice.ts';
import { lazily } from './lazily.tsx';
import { Navigation } from './navigation.tsx';
import { ResourcePage } from './pages/resource.tsx';
import { ResourcesPage } from './pages/resources.tsx';
import { type Place, SECURITY_ADDRESS } from './place.ts';
import { powersOf } from './powers.ts';

const Administration = lazily(() => import('./admin/page-of.tsx').then(({ PageOf }) => PageOf));
const SecurityPage = lazily(() => import('./pages/security/page.tsx').then((module) => module.SecurityPage));

interface Inside {
  readonly access: Access;
  readonly signedIn: SignedIn;
  readonly place: Place;
  readonly left: () => void;
}

export function SignedInPage({ access, signedIn, place: asked, left }: Inside) {
  const me = signedIn.user;
  // An address of before areas had one.
  const place: Place = asked.page === 'single-sign-on' ? { page: 'organization', name: asked.page } : asked;
  const chosen = chooseOrganization(me.organizations, place.org, lastChosen());
  const org = chosen?.id;
  useEffect(() => {
    if (me.organizations.some(({ id }) => id === org)) remember(chosen?.name ?? '');
  }, [me, org, chosen?.name]);
  const api = useMemo(() => org && new Api(access, me, org), [access, me, org]);
  const membership = useMembership(access, org);
  const isTerminal = place.page === 'resource';
  const may = useMemo(() => powersOf(me, membership ?? undefined), [me, membership]);
  const areas = areasFor(may);
  const content = { access, signedIn, place, left, api, chosen, may };
  return (
    <div class={`page ${isTerminal ? '' : 'long'}`}>
      <header class="bar">
        <Brand api={api} />
        {isTerminal && <span class="crumb">{place.name}</span>}
        <span class="who">
          <OrganizationChoice organizations={me.organizations} chosen={chosen} />
          <a class="email" href={SECURITY_ADDRESS} data-testid="security">
            {me.email}
          </a>
          <button type="button" class="quiet" onClick={() => void access.signOut().then(left)}>
            Sign out
          </button>
        </span>
      </header>
      {isTerminal ? (
        <Content {...content} />
      ) : membership === undefined ? (
        <div class="loading" role="status" aria-label="Loading" />
      ) : (
        <div class="frame">
          {areas.length > 0 && <Navigation areas={areas} place={place} org={chosen?.name} />}
          <div class="content">
            <Content {...content} />
            <footer class="foot">
              <a href="/docs/">API documentation</a>
            </footer>
          </div>
        </div>
      )}
    </div>
  );
}

/** Undefined until it is known, null where there is none. */
function useMembership(access: Access, org: string | undefined): Membership | null | undefined {
  const [known, setKnown] = useState<{ org: string | undefined; membership: Membership | null }>();
  useEffect(() => {
    if (org === undefined) return setKnown({ org, membership: null });
    access.call('GET', `/v1/me/organizations/${org}`).then(
      (answer) => setKnown({ org, membership: Membership.parse(answer) }),
      // Whatever is wrong, the page itself meets it and says so.
      () => setKnown({ org, membership: null }),
    );
  }, [access, org]);
  return known?.org === org ? known?.membership : undefined;
}

interface ContentProps extends Inside {
  readonly api: Api | undefined;
  readonly chosen: Chosen | undefined;
  readonly may: ReturnType<typeof powersOf>;
}

function Content({ access, signedIn, place, left, api, chosen, may }: ContentProps) {
  if (place.page === 'security') return <SecurityPage access={access} me={signedIn.user} signedOut={left} />;
  if (place.page === 'platform' || (place.page === 'organization' && api))
    return <Administration key={api?.org} {...{ access, place, may, api }} orgName={chosen?.name ?? ''} />;
  if (!api) return <NoOrganization me={signedIn.user} asked={place.org} />;
  if (place.page === 'resource')
    return <ResourcePage key={`${api.org} ${place.name}`} api={api} name={place.name} />;
  if (!may('resources.use')) return <NothingToReach />;
  return <ResourcesPage key={api.org} api={api} />;
}

interface ChoiceProps {
  readonly organizations: SignedIn['user']['organizations'];
  readonly chosen: Chosen | undefined;
}

/** For those who belong to several. */
function OrganizationChoice({ organizations, chosen }: ChoiceProps) {
  if (organizations.length < 2) return null;
  const choose = (name: string) => {
    remember(name);
    location.hash = '#/';
    dispatchEvent(new HashChangeEvent('hashchange'));
  };
  return (
    <select
      aria-label="Organization"
      class="organizations"
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {organizations.map(({ id, name }) => (
        <option key={id} value={name} selected={id === chosen?.id}>
          {name}
        </option>
      ))}
    </select>
  );
}

function NothingToReach() {
  return (
    <main class="card">
      <h1>Nothing to reach here</h1>
      <p>Your role in this organization reaches no resources. What you may do is in the menu.</p>
    </main>
  );
}

function NoOrganization({ me, asked }: { me: SignedIn['user']; asked: string | undefined }) {
  return (
    <main class="card">
      <h1>{asked === undefined ? 'No organization yet' : `No organization named ${asked}`}</h1>
      {me.platformRole === null || asked !== undefined ? (
        <p>You are signed in, but do not belong to it. Ask its administrator to add you.</p>
      ) : (
        <p>You look after the platform and belong to no organization. What you may do is in the menu.</p>
      )}
      {asked !== undefined && <a href="#/">Back to the resources</a>}
    </main>
  );
}
