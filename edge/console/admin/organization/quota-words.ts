/** What each quota counts. */
import type { QuotaName } from '../../../../schema/quotas.ts';

export const QUOTA_WORDS: Readonly<Record<QuotaName, string>> = {
  members: 'Members',
  resources: 'Resources',
  sessions: 'Sessions at the same time',
  apiKeys: 'API keys that live',
  requestsPerMinute: 'API requests a minute',
};
