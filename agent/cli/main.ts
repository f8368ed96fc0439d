/** The `fabric` command line. */
import { enableCompileCache } from 'node:module';
import { constants } from 'node:os';
import { Command, CommanderError, Option } from 'commander';
import type { Carrier } from '../../dataplane/transport/transport.ts';
import { SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { accountCommands } from './account.ts';
import { addAgentCommands } from './agent-commands.ts';
import { Api, apiKeyOf, logout, type Seat } from './api.ts';
import { audit } from './audit.ts';
import { describeBackup, runBackup } from './backup.ts';
import type { Common } from './common.ts';
import { events } from './events.ts';
import { FABRIC_FAILED, REFUSED } from './exit-status.ts';
import { addNodeCommands } from './node-commands.ts';
import { organizationCommands } from './organization/commands.ts';
import { platformCommands } from './platform/commands.ts';
import { secretCommands } from './secrets.ts';
import type { Attaching } from './session.ts';
import { SettingsStore } from './settings.ts';
import type { Asked } from './sign-in.ts';

enableCompileCache();
// Who read our output has gone, as in `fabric ... | head`: end as a shell would see it.
process.stdout.on('error', () => process.exit(128 + constants.signals.SIGPIPE));

interface Reaching extends Common {
  readonly over?: Carrier;
}

const store = new SettingsStore(process.env);
const prove = async (caller: Api) => (await import('./sign-in.ts')).stepUp(store, caller);
const api = new Api(store, prove, apiKeyOf(process.env));
let status = 0;

interface LoginOptions extends Common, Asked {
  readonly api: string;
  readonly sso?: string;
  readonly provider?: string;
  readonly browser: boolean;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
const printJson = (value: unknown) => print(JSON.stringify(value));

function plain(command: Command): Command {
  return command.option(
    '--json',
    'one JSON document on standard output; errors as JSON on standard error',
    false,
  );
}

function common(command: Command): Command {
  return plain(command)
    .option('--org <name>', 'organization, where you belong to more than one')
    .option('-v, --verbose', 'say on standard error what happens and how long it takes', false);
}

/** Only where something is reached through the fabric. */
function reaching(command: Command): Command {
  return common(command).addOption(
    new Option('--over <carrier>', 'only over this; else QUIC, and TCP where UDP is blocked').choices([
      'quic',
      'tcp',
    ]),
  );
}

interface Coming {
  readonly attach?: string | true;
  readonly take?: string | true;
  readonly watch?: string | true;
  readonly share?: string | true;
  readonly reason?: string;
}

/** Undefined: a new one. */
function sessionOf({ attach, take, watch, share }: Coming): Attaching['session'] {
  const named = attach ?? take ?? watch ?? share;
  if (named === undefined) return undefined;
  if (named === true) return 'newest';
  const session = SessionId.safeParse(named);
  if (!session.success) throw new Refusal('bad_request', `${named} is not a session id`);
  return session.data;
}

function seatOf({ watch, share, reason }: Coming): Seat {
  const role = watch === undefined ? (share === undefined ? 'controller' : 'shared') : 'observer';
  return { role, ...(reason === undefined ? {} : { reason }) };
}

function attaching(
  resource: string,
  { org, verbose, over }: Reaching,
  session?: Attaching['session'],
): Attaching {
  return {
    api,
    org,
    resource,
    ...(session === undefined ? {} : { session }),
    ...(over === undefined ? {} : { over }),
    verbose: (text) => {
      if (verbose) process.stderr.write(`fabric: ${text}\n`);
    },
  };
}

const program = new Command('fabric')
  .description('Reach private machines through the Secure Access Fabric.')
  .version('0.1.0')
  .showHelpAfterError()
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  fabric login --api http://127.0.0.1:7443
  fabric login --api https://fabric.example.com --sso my-organization
  fabric connect demo-shell
  fabric connect demo-shell -- 'uname -a'
  tar c . | fabric connect demo-shell -- 'tar x -C dest'
  ssh -o ProxyCommand='fabric connect demo-shell --stdio' me@demo-shell
  fabric forward this-host 127.0.0.1:8080

Settings are kept under FABRIC_HOME (default ~/.config/fabric).
With FABRIC_API_KEY (and FABRIC_API, the address) a service account calls instead of a person.
Exit status: the remote command's; 1 when refused or asked wrongly; 255 when the fabric failed.`,
  );

common(program.command('login'))
  .description('sign in')
  .requiredOption('--api <url>', 'address of the control API')
  .option('--email <address>', 'your e-mail address')
  .option('--password-stdin', 'read the password from a line of standard input', false)
  .option(
    '--secret-key-stdin',
    'read the secret key from the next line; asked for once on each machine',
    false,
  )
  .option('--code-stdin', 'read the code of a second factor from the next line', false)
  .option(
    '--sso <organization>',
    "sign in by this organization's provider (its name, or your e-mail address)",
  )
  .option('--provider <name>', 'which of its providers, where there are more')
  .option('--no-browser', 'only print the address to open')
  .action(async (options: LoginOptions) => {
    const me =
      options.sso === undefined
        ? await (await import('./sign-in.ts')).login(store, options.api, options)
        : await (await import('./sso.ts')).loginBySso(store, { ...options, organization: options.sso });
    if (options.json) printJson(me);
    else print(`Signed in as ${me.email}.`);
  });

common(program.command('logout'))
  .description('sign out and forget the tokens')
  .action(async (options: Common) => {
    await logout(store);
    if (options.json) printJson({ signedOut: true });
    else print('Signed out.');
  });

common(program.command('whoami'))
  .description('who is signed in, and where they belong')
  .action(async (options: Common) => {
    const me = await api.me();
    if (options.json) return printJson(me);
    print(`${me.name} <${me.email}>`);
    for (const { name, role } of me.organizations) print(`  ${name}: ${role}`);
  });

reaching(program.command('connect <resource> [command...]'))
  .description('open a shell, or run a command after --')
  .addOption(
    new Option('--attach [session]', 'go back to a live session of yours: this one, or the newest').conflicts(
      'stdio',
    ),
  )
  .addOption(
    new Option('--take [session]', 'take a live session over: this one, or the newest of yours').conflicts([
      'stdio',
      'attach',
    ]),
  )
  .addOption(
    new Option('--watch [session]', 'look on, without a keyboard; Ctrl-C leaves').conflicts([
      'stdio',
      'attach',
      'take',
    ]),
  )
  .addOption(
    new Option('--share [session]', 'look on and type as well').conflicts([
      'stdio',
      'attach',
      'take',
      'watch',
    ]),
  )
  .option('--reason <text>', "why; must be said for somebody else's session")
  .option('--stdio', 'raw bytes between standard input and output and the target, for ProxyCommand', false)
  .option('-t, --tty', 'give the command a terminal', false)
  .action(
    async (name: string, words: string[], options: Reaching & Coming & { stdio: boolean; tty: boolean }) => {
      const { runCommand, runShell, runStdio } = await import('./connect.ts');
      const to = { ...attaching(name, options, sessionOf(options)), seat: seatOf(options) };
      if (options.stdio) status = await runStdio(to);
      else {
        const command = words.join(' ');
        status = await (command === '' ? runShell(to) : runCommand(to, command, options.tty));
      }
    },
  );

reaching(program.command('forward <resource> <listen>'))
  .description('a local HOST:PORT that comes out at the resource (port 0 takes a free one)')
  .action(async (name: string, listen: string, options: Reaching) => {
    const { runForward } = await import('./forward.ts');
    status = await runForward(attaching(name, options), listen, ({ host, port }) => {
      if (options.json) printJson({ listening: { host, port } });
      else print(`${name} is at ${host}:${port} (Ctrl-C ends it)`);
    });
  });

const cli = { api, common, plain, print, printJson };
organizationCommands(program, cli);
platformCommands(program, cli);
secretCommands(program, cli);

audit(program, { api, common, print });
events(program, { api, common, print });
describeBackup(program);

accountCommands({ program, common, store, api, print });

addNodeCommands(program);
addAgentCommands(program, (code) => {
  status = code;
});

function complain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : REFUSED;
  const refusal = error instanceof Refusal ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const code = refusal?.code ?? 'internal';
  process.stderr.write(
    process.argv.includes('--json')
      ? `${JSON.stringify({ error: { code, message } })}\n`
      : `fabric: ${message} (${code})\n`,
  );
  return refusal && refusal.status < 500 ? REFUSED : FABRIC_FAILED;
}

try {
  const [word, ...words] = process.argv.slice(2);
  if (word === 'backup') status = await runBackup(words);
  else await program.parseAsync();
} catch (error) {
  status = complain(error);
}
process.exitCode = status;
// Whatever still holds the process open has nothing more to say once its output is out.
const flushed = (stream: NodeJS.WriteStream) => new Promise((resolve) => stream.write('', resolve));
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
process.exit();
