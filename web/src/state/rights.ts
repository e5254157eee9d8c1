// What the user may do: the roles of the key, or everything where the service has no keys.
import { computed, signal } from '@preact/signals';
import type { OwnKey, Role } from '../api/answers';
import { getJson } from '../api/client';
import { t } from './words';

const own = signal<OwnKey | null>(null);

// Until the key's roles are known, the page hides nothing: the service refuses what a role does not allow.
export const may = (role: Role): boolean => own.value?.roles.includes(role) ?? true;

export const rights = computed(() => {
  const key = own.value;
  return key?.name ? `${key.name}: ${t('key.may', { rights: key.roles.map((role) => t(`role.${role}`)).join(', ') })}` : '';
});

export async function readRights(): Promise<void> {
  own.value = await getJson<OwnKey>('/api/key').catch(() => null);
}
