// Words for a server that failed: what happened, and what the user can do.
import { t } from '../state/words';
import type { Asked } from './offers';

export function sayFailed({ detail = '', status = 0 }: Asked): { what: string; advice: string } {
  const advice = (): string => {
    if (/not a public address|PRIVATE_UPSTREAMS/.test(detail)) return t('trouble.refused');
    if (/time|did not answer|too long/i.test(detail)) return t('trouble.slow');
    if (/lookup|resolve|could not be reached|connect/i.test(detail)) return t('trouble.unreachable');
    if (status === 429) return t('trouble.limit');
    if (status === 403) return t('trouble.role');
    return status >= 500 || status === 422 ? t('trouble.notUnderstood') : t('trouble.service');
  };
  return { what: detail || t('trouble.unknown'), advice: advice() };
}
