/** What each quota counts. */
import type { QuotaName } from '../../../../schema/quotas.ts';

export const QUOTA_WORDS: Readonly<Record<QuotaName, string>> = {
  members: 'Members',
  resources: 'Resources',
  sessions: 'Sessions at the same time',
  apiKeys: 'API keys that live',
  requestsPerMinute: 'API requests a minute',
  kilobytesPerSecond: 'kB a second on a service node (1,000,000: no limit)',
  kilobytesPerSecondSsh: 'kB a second of all SSH',
  kilobytesPerSecondTcp: 'kB a second of all TCP',
  kilobytesPerSecondVnc: 'kB a second of all desktops (VNC)',
  kilobytesPerSecondPerUser: 'kB a second of one person',
  kilobytesPerSecondPerSession: 'kB a second of one session',
};
