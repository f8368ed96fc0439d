/** How an init system keeps the agent running: the text of a systemd unit and of an OpenRC script, pure. */

/** The agent's own process computes little and lives long: small, and interpreted. Its roles get none of these. */
export const NODE_FLAGS = '--max-semi-space-size=1 --lite-mode';

export interface Service {
  readonly name: string;
  /** Absolute paths. */
  readonly node: string;
  readonly main: string;
  readonly data: string;
  /** One of several memberships of this host, each with its own folder: the unit is `fabric-agent@.service`, `%i` in `data` their names. */
  readonly isTemplate?: boolean;
  /** User to run as; root when undefined, which lets roles run as users of their own. */
  readonly user: string | undefined;
}

/** What root keeps: dropping to the roles' user, ending them, low ports, tunnels. */
const CAPABILITIES =
  'CAP_SETUID CAP_SETGID CAP_SETPCAP CAP_KILL CAP_NET_BIND_SERVICE CAP_NET_ADMIN CAP_SYS_RESOURCE';

/** Double quotes, and neither a specifier (systemd.unit(5)) nor a variable (systemd.service(5)). */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
}

/** Of a template `%i` stays what it is to systemd. */
const instance = (text: string, isTemplate: boolean) => (isTemplate ? text.replaceAll('%%i', '%i') : text);

export function systemdUnit({ node, main, data, user, isTemplate = false }: Service): string {
  const path = (text: string) => instance(text.replaceAll('%', '%%').replaceAll(' ', '\\x20'), isTemplate);
  return `[Unit]
Description=Secure Access Fabric agent${isTemplate ? ' (%i)' : ''}
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
# By systemd-notify, a child of the agent.
NotifyAccess=all
WatchdogSec=60
# It is ready once it has enrolled: a person may have to approve it first.
TimeoutStartSec=infinity
ExecStart=${quoted(node)} ${NODE_FLAGS} ${quoted(main)} --data ${instance(quoted(data), isTemplate)}
# FABRIC_AGENT_BOOTSTRAP_TOKEN for enrolment; remove the file afterwards.
EnvironmentFile=-${path(data)}/enrol.env
${user === undefined ? '' : `User=${user}\n`}Restart=always
RestartSec=2
KillMode=mixed
TimeoutStopSec=60
OOMPolicy=continue
# Roles get groups of their own, with limits.
Delegate=cpu memory
CapabilityBoundingSet=${user === undefined ? CAPABILITIES : 'CAP_NET_BIND_SERVICE'}
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=${path(data)}
ProtectHome=read-only
PrivateTmp=yes
DevicePolicy=closed
DeviceAllow=/dev/net/tun rw
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectClock=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077
LimitCORE=0
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
`;
}

const shell = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

export function openRcScript({ name, node, main, data, user }: Service): string {
  return `#!/sbin/openrc-run
# Secure Access Fabric agent. Save as /etc/init.d/${name}, chmod 755, then: rc-update add ${name} && rc-service ${name} start
description="Secure Access Fabric agent"
supervisor=supervise-daemon
respawn_delay=2
respawn_max=0
retry="TERM/60/KILL/5"
umask=0077
rc_ulimit="-c 0 -n 65536"
command=${shell(node)}
data=${shell(data)}
command_args="${NODE_FLAGS} ${main.replaceAll(/(["\\$` ])/g, '\\$1')} --data \${data}"
${user === undefined ? '' : `command_user=${shell(user)}\n`}
depend() {
	need net
	after firewall
}

start_pre() {
	checkpath --directory --mode 0700${user === undefined ? '' : ` --owner ${user}`} "\${data}"
	if [ -r "\${data}/enrol.env" ]; then
		set -a
		. "\${data}/enrol.env"
		set +a
	fi
}
`;
}
