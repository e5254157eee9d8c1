// Asks the service for the request of a job.
import { getJson } from '../api/client';
import { isObject, type Json, type JsonObject } from '../request/json';
import { t } from '../state/words';

// The request of a job, or a message that says why it is not known.
export async function requestOf(id: string): Promise<JsonObject | string> {
  try {
    const told = await getJson<Json>(`/api/job-status/${id}/request`);
    return isObject(told) ? told : t('job.noRequest');
  } catch (error) {
    return error instanceof Error && error.message ? error.message : t('job.noRequest');
  }
}
