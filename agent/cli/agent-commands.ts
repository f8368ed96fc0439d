/** `fabric agent ...`: for the one who runs a node, on its own host. None of these needs to be signed in. */
import { Command } from 'commander';
import { Refusal } from '../../schema/refusal.ts';

const DATA = '/var/lib/fabric-agent';

interface Common {
  readonly data: string;
  readonly json: boolean;
}

interface Installing {
  readonly data?: string;
  readonly json: boolean;
  readonly name: string;
  readonly user?: string;
  readonly print: boolean;
  readonly root: string;
}

const print = (text: string) => void process.stdout.write(`${text}\n`);
const printJson = (value: unknown) => print(JSON.stringify(value));

/** Adds them to the program; `exit` says how the process is to end. */
export function addAgentCommands(program: Command, exit: (status: number) => void): void {
  const agent = program.command('agent').description("this host's own node: check, status, audit, install");
  const bare = (name: string) => agent.command(name);
  const common = (name: string) =>
    bare(name)
      .option('--data <dir>', "the agent's data folder", DATA)
      .option('--json', 'one JSON document on standard output', false);

  common('check')
    .description('the configuration as it would be used, and everything that is wrong with it')
    .action(async ({ data, json }: Common) => {
      const { checkConfig, checkText } = await import('./agent-check.ts');
      const report = checkConfig(data, process.env);
      if (json) printJson(report);
      else print(checkText(report));
      exit(report.ok ? 0 : 1);
    });

  common('status')
    .description('what the agent on this host says of itself')
    .option('--healthy', 'say nothing; exit status 1 unless all is well', false)
    .action(async ({ data, json, healthy }: Common & { healthy: boolean }) => {
      const { askAgent, statusText } = await import('./agent-status.ts');
      const status = await askAgent(data);
      if (healthy) return exit(status.isWell ? 0 : 1);
      if (json) printJson(status.answer);
      else print(statusText(status.answer));
    });

  agent
    .command('audit')
    .description("the agent's audit")
    .addCommand(
      new Command('verify')
        .description('walk the chain and name the first line that is not what was written')
        .option('--data <dir>', "the agent's data folder", DATA)
        .option('--json', 'one JSON document on standard output', false)
        .action(async ({ data, json }: Common) => {
          const [{ verifyAudit }, { join }] = await Promise.all([
            import('../audit/verify.ts'),
            import('node:path'),
          ]);
          const verdict = verifyAudit(join(data, 'audit'));
          if (json) printJson(verdict);
          else if (verdict.ok)
            print(
              `${verdict.entries} entries, ${verdict.from} to ${verdict.to}: the chain is whole\n${verdict.head}`,
            );
          else print(`${verdict.file}, line ${verdict.line}: ${verdict.reason}`);
          exit(verdict.ok ? 0 : 1);
        }),
    );

  bare('install')
    .description('have systemd keep the agent running')
    .option('--data <dir>', `its data folder; ${DATA}, or with --name /var/lib/fabric-agents/NAME`)
    .option('--json', 'one JSON document on standard output', false)
    .option(
      '--name <name>',
      'of this membership, where a host has several: fabric-agent@NAME',
      'fabric-agent',
    )
    .option('--user <user>', 'run it as this user; as root its roles can have a user of their own (roleUser)')
    .option('--print', 'write nothing: show the systemd unit and the OpenRC script', false)
    .option('--root <dir>', 'of an image that is being made', '/')
    .action(async (given: Installing) => {
      const { install, previewOf } = await import('./agent-install.ts');
      const options = { ...given, data: given.data };
      if (options.print) return print(previewOf(options));
      const done = install(options);
      if (options.json) printJson(done);
      else print(`wrote ${done.unit}\nnow: ${done.next}`);
    });

  common('uninstall')
    .description('take the service away again; its data stays')
    .option('--name <name>', 'of the membership', 'fabric-agent')
    .option('--root <dir>', 'of an image that is being made', '/')
    .action(async (options: Common & { name: string; root: string }) => {
      const { uninstall } = await import('./agent-install.ts');
      const done = uninstall(options);
      if (!done) throw new Refusal('not_found', `there is no service ${options.name}`);
      if (options.json) printJson(done);
      else print(`removed ${done.unit}\nnow: ${done.next}`);
    });
}
