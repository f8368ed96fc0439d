/** `node agent/main.ts --data DIR`: runs the agent until it is told to stop. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { Agent } from './agent.ts';
import { requireAlone } from './alone.ts';
import { type AgentConfig, ConfigError, readConfig } from './config.ts';
import { giveBackMemory } from './memory.ts';
import { Notifier } from './notify.ts';

const HELP = `Usage: node agent/main.ts --data DIR

Runs a node. Its configuration is DIR/agent.json, overridden by FABRIC_AGENT_* variables: docs/agent.md lists the keys,
\`fabric agent check --data DIR\` shows what would be used. For enrolment it needs FABRIC_AGENT_BOOTSTRAP_TOKEN once.
`;

function configure(): AgentConfig {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help || values.data === undefined) {
    process.stdout.write(HELP);
    process.exit(values.help ? 0 : 2);
  }
  try {
    return readConfig(values.data, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

/** By then its roles are up, and the first snapshot and certificates are read. */
const SETTLED_MS = 5_000;

const config = configure();
// The token is spent once; what the agent starts has no need of it.
delete process.env['FABRIC_AGENT_BOOTSTRAP_TOKEN'];
const log = pino({ level: config.logLevel, base: { agent: config.name } }, pino.destination(2));
await requireAlone(config.localSocket ?? join(config.data, 'agent.sock'), config.data).catch(
  (error: unknown) => {
    log.error({ reason: String(error) }, 'the agent can not start');
    process.exit(1);
  },
);
const agent = new Agent(config, log, Date.now, new Notifier(process.env, process.pid));

let stopping = false;
function stop(): void {
  if (stopping) process.exit(1);
  stopping = true;
  void agent.close().finally(() => process.exit(0));
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.once('disconnect', stop);

try {
  await agent.start();
  process.send?.({ started: true, localPort: agent.localPort });
  setTimeout(giveBackMemory, SETTLED_MS).unref();
} catch (error) {
  if (!stopping) {
    log.error({ reason: error instanceof Error ? error.message : String(error) }, 'the agent can not start');
    await agent.close();
    process.exit(1);
  }
}
