/** One resource: its terminal or desktop, or how to use it from the command line. */
import { useEffect, useState } from 'preact/hooks';
import type { ResourceView } from '../../../schema/api/resources.ts';
import type { Api } from '../api.ts';
import { lazily } from '../lazily.tsx';
import { TerminalView } from '../viewer/terminal/view.tsx';

const DesktopView = lazily(() => import('../viewer/desktop/view.tsx').then((module) => module.DesktopView));

export function ResourcePage({ api, name }: { api: Api; name: string }) {
  const [resource, setResource] = useState<ResourceView | null | undefined>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    api.resources().then(
      (all) => setResource(all.find((found) => found.name === name) ?? null),
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  }, [api, name]);
  if (problem !== '') return <Notice title="That did not work" text={problem} />;
  if (resource === undefined) return <div class="loading" role="status" aria-label="Loading" />;
  if (resource === null)
    return (
      <Notice title={`No resource named ${name}`} text="It does not exist, or was not granted to you." />
    );
  switch (resource.protocol) {
    case 'ssh':
      return <TerminalView api={api} resource={resource} />;
    case 'vnc':
      return <DesktopView api={api} resource={resource} />;
    case 'tcp':
      return <ForwardHelp name={name} />;
  }
}

function Notice({ title, text }: { title: string; text: string }) {
  return (
    <main class="card">
      <h1>{title}</h1>
      <p>{text}</p>
      <a href="#/">Back to the resources</a>
    </main>
  );
}

function ForwardHelp({ name }: { name: string }) {
  const command = `fabric forward ${name} 127.0.0.1:8080`;
  const [copied, setCopied] = useState(false);
  return (
    <main class="card wide">
      <h1>{name}</h1>
      <p>This is a TCP service. Bring it to a port of your own machine:</p>
      <pre class="command">
        <code>{command}</code>
        <button
          type="button"
          class="quiet"
          onClick={() => void navigator.clipboard.writeText(command).then(() => setCopied(true))}
        >
          {copied ? 'Copied' : 'Copy'}
        </button>
      </pre>
      <a href="#/">Back to the resources</a>
    </main>
  );
}
