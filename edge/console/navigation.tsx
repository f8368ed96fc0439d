/** The way around: areas on the left, or behind a button where the window is narrow. Only what this person may see. */
import { useEffect, useState } from 'preact/hooks';
import type { Area } from './admin/areas.ts';
import { organizationAddress, type Place, platformAddress, SECURITY_ADDRESS } from './place.ts';

interface Props {
  readonly areas: readonly Area[];
  readonly place: Place;
  /** What the organization in view is called in addresses; undefined where there is none. */
  readonly org: string | undefined;
}

export function Navigation({ areas, place, org }: Props) {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setOpen(false), [place]);
  const here = (page: Place['page'], name: string) => place.page === page && place.name === name;
  return (
    <>
      <button
        type="button"
        class="menu"
        aria-expanded={isOpen}
        aria-controls="navigation"
        onClick={() => setOpen(!isOpen)}
        data-testid="menu"
      >
        Menu
      </button>
      <nav id="navigation" class={`side ${isOpen ? 'open' : ''}`} aria-label="Console">
        {org !== undefined && <Link href="#/" title="Resources" current={here('resources', '')} />}
        <Link href={SECURITY_ADDRESS} title="My security" current={here('security', '')} />
        {areas.map(({ title, of, pages }) => (
          <section key={title} aria-label={title}>
            <h2>{title}</h2>
            {pages.map(({ id, title: name }) => (
              <Link
                key={id}
                href={of === 'platform' ? platformAddress(id) : organizationAddress(org ?? '', id)}
                title={name}
                current={here(of, id)}
              />
            ))}
          </section>
        ))}
      </nav>
    </>
  );
}

function Link({ href, title, current }: { href: string; title: string; current: boolean }) {
  return (
    <a href={href} {...(current && { 'aria-current': 'page' as const })}>
      {title}
    </a>
  );
}
