/** Commands about people's own way in: join, security, password, secret key; and inviting others. */
import { rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Refusal } from '../../schema/refusal.ts';
import { OrgRole } from '../../schema/roles.ts';
import { kitText } from '../../schema/sign-in/emergency-kit.ts';
import type { Secrets } from '../../schema/sign-in/two-secret.ts';
import type { Api } from './api.ts';
import type { SettingsStore } from './settings.ts';
import { table } from './table.ts';

interface Options {
  readonly json: boolean;
  readonly org?: string;
}

export interface Shell {
  readonly program: Command;
  readonly common: (command: Command) => Command;
  readonly store: SettingsStore;
  readonly api: Api;
  readonly print: (text: string) => void;
}

/** Never over a file that is there: it may hold the only copy of a key. @returns where it is */
async function writeKit(
  path: string | undefined,
  address: string,
  { email, secretKey }: Secrets,
): Promise<string> {
  const file = resolve(path ?? `fabric-emergency-kit-${email}-${Date.now()}.txt`);
  await writeFile(file, kitText({ address, email, secretKey }), { mode: 0o600, flag: 'wx' });
  return file;
}

export function accountCommands(shell: Shell): void {
  joinCommand(shell);
  declineCommand(shell);
  securityCommands(shell);
  secretCommands(shell);
  inviteCommand(shell);
}

function declineCommand({ program, common, print }: Shell): void {
  common(program.command('decline'))
    .description('decline an invitation: asks for its link, which is worthless from then on')
    .option('--api <url>', 'address of the control API, where the link does not say it')
    .option('--invitation-stdin', 'read the link or token from standard input', false)
    .addHelpText('after', '\nExample:\n  fabric decline')
    .action(async (options: Options & { api?: string; invitationStdin: boolean }) => {
      const { ask, readStdin } = await import('./prompt.ts');
      const { decline, readInvitation } = await import('./sign-in.ts');
      const link = options.invitationStdin ? await readStdin() : await ask('Link of the invitation: ', true);
      await decline(readInvitation(link, options.api));
      print(options.json ? JSON.stringify({ declined: true }) : 'Declined.');
    });
}

function joinCommand({ program, common, store, api, print }: Shell): void {
  common(program.command('join'))
    .description(
      'accept an invitation: asks for its link; if you are new, for a password, and writes your emergency kit',
    )
    .option('--api <url>', 'address of the control API, where the link does not say it')
    .option(
      '--invitation-stdin',
      'read the link or token, then the password, from lines of standard input',
      false,
    )
    .option('--kit <file>', 'where the emergency kit goes (mode 0600)')
    .action(async (options: Options & { api?: string; invitationStdin: boolean; kit?: string }) => {
      const { ask, readStdin } = await import('./prompt.ts');
      const { invitedBy, join, readInvitation } = await import('./sign-in.ts');
      const [link, password] = options.invitationStdin
        ? (await readStdin()).split(/\r?\n/)
        : [await ask('Link of the invitation: ', true)];
      const joining = readInvitation(link ?? '', options.api);
      const invited = await invitedBy(joining);
      if (invited.isOffer && (await api.isSignedInAs(joining.api, invited.email))) {
        const { organization } = await api.acceptInvitation(joining);
        const joined = `You belong to ${organization.name} now, as ${organization.role}.`;
        return print(options.json ? JSON.stringify({ organization }) : joined);
      }
      const signInFirst = `if this address has an account, sign in first (fabric login --api ${joining.api}), then join again`;
      if (invited.isOffer && options.invitationStdin && !password)
        throw new Refusal('unauthenticated', `${signInFirst}; else give a password on the next line`);
      let kit = '';
      const me = await join(store, { ...joining, email: invited.email }, password, async (secrets) => {
        kit = await writeKit(options.kit, joining.api, secrets);
      }).catch(async (error: unknown) => {
        if (!(error instanceof Refusal) || error.code !== 'conflict') throw error;
        // Nobody took the key that is in it.
        await rm(kit, { force: true });
        throw new Refusal('unauthenticated', signInFirst);
      });
      if (options.json) return print(JSON.stringify({ ...me, kit }));
      print(`Welcome, ${me.name}. Your emergency kit is ${kit}: print it, lock it away, delete the file.`);
    });
}

function securityCommands({ program, common, api, print }: Shell): void {
  const security = common(program.command('security'))
    .description('your second factors, devices and sign-ins')
    .action(async (options: Options) => {
      const view = await api.security();
      if (options.json) return print(JSON.stringify(view));
      const factors = [
        ...(view.authenticator ? ['authenticator app'] : []),
        ...view.passkeys.map(({ name }) => `passkey ${name}`),
      ];
      print(`Second factors: ${factors.join(', ') || 'none'}; recovery codes left: ${view.recoveryCodes}\n`);
      const devices = view.devices.map(({ id, name, lastSeenAt, current }) => [
        id,
        `${name}${current ? ' (this one)' : ''}`,
        lastSeenAt,
      ]);
      print(table([['DEVICE', 'NAME', 'LAST SEEN'], ...devices]));
      const signIns = view.signIns.map(({ id, agent, evidence, lastSeenAt, current }) => [
        id,
        `${agent.slice(0, 40)}${current ? ' (this one)' : ''}`,
        evidence.join('+'),
        lastSeenAt,
      ]);
      print(`\n${table([['SIGN-IN', 'FROM', 'BY', 'LAST SEEN'], ...signIns])}`);
    });
  common(security.command('end <sign-in>'))
    .description('end one sign-in, or `all`: sign out everywhere')
    .action(async (id: string, options: Options) => {
      await api.endSignIn(encodeURIComponent(id));
      print(options.json ? JSON.stringify({ ended: id }) : 'Ended.');
    });
  common(security.command('remove-device <device>'))
    .description('end its sign-ins; it comes back as a new one')
    .action(async (id: string, options: Options) => {
      await api.removeDevice(encodeURIComponent(id));
      print(options.json ? JSON.stringify({ removed: id }) : 'Removed.');
    });
}

function secretCommands({ program, common, store, api, print }: Shell): void {
  common(program.command('passwd'))
    .description('choose a new password, or get a new secret key; ends your other sign-ins')
    .option('--rotate-secret-key', 'keep the password, make a new secret key and emergency kit', false)
    .option('--kit <file>', 'where the new emergency kit goes (mode 0600)')
    .action(async (options: Options & { rotateSecretKey: boolean; kit?: string }) => {
      const { changeSecrets } = await import('./sign-in.ts');
      const { api: address } = await api.where();
      let kit: string | undefined;
      const keep = async (secrets: Secrets) => {
        kit = await writeKit(options.kit, address, secrets);
      };
      await changeSecrets(store, api, options.rotateSecretKey ? keep : undefined);
      if (kit === undefined) return print(options.json ? JSON.stringify({ changed: true }) : 'Changed.');
      print(
        options.json ? JSON.stringify({ changed: true, kit }) : `Changed. Your new emergency kit is ${kit}.`,
      );
    });
}

function inviteCommand({ program, common, api, print }: Shell): void {
  common(program.command('invite <email>'))
    .description('invite somebody to the organization; prints the link to send them')
    .option('--name <name>', 'what they are called')
    .option('--role <role>', OrgRole.options.join(', '), 'organization_user')
    .option('--again', 'for a member who lost their secrets: all they signed in with becomes void', false)
    .action(async (email: string, options: Options & { name?: string; role: string; again: boolean }) => {
      const org = await api.organization(options.org);
      const role = OrgRole.parse(options.role);
      const invitation = options.again
        ? await api.reinvite(org, email)
        : (await api.invite(org, { email, name: options.name ?? email, role })).invitation;
      if (options.json) return print(JSON.stringify({ invitation }));
      print(`Send this link to ${email}; it works once, until ${invitation.expiresAt}:\n${invitation.url}`);
    });
}
