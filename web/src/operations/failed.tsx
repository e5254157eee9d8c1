// Jobs that failed: the reason, the request, and the actions on them.
import { signal } from '@preact/signals';
import type { Job } from '../api/answers';
import { post } from '../api/client';
import { editJob } from '../make/job';
import { requestOf } from '../make/requestOf';
import { Button } from '../parts/controls';
import { Said } from '../parts/said';
import { write } from '../request/json';
import { moment, t } from '../state/words';
import { jobs, readAll } from './reading';
import { Table } from './table';

const shown = signal<{ id: string; text: string } | null>(null);
const said = signal<{ id: string; words: string } | null>(null);

async function show(id: string): Promise<void> {
  const request = await requestOf(id);
  shown.value = { id, text: typeof request === 'string' ? request : write(request) };
}

async function again(id: string): Promise<void> {
  try {
    const made = await (await post(`/api/jobs/${id}/again`, '{}')).json() as Job;
    said.value = { id, words: t('operations.madeAgain', { id: made.id.slice(-8) }) };
    await readAll();
  } catch (error) {
    said.value = { id, words: error instanceof Error ? error.message : '' };
  }
}

async function open(id: string): Promise<void> {
  said.value = { id, words: await editJob(id) };
}

function What({ id }: { id: string }) {
  const isShown = shown.value?.id === id;
  return (
    <span class="actions">
      <Button icon="again" label={t('tryAgain')} onClick={() => void again(id)} />
      <Button kind="bare" icon="view" label={t('operations.request')} pressed={isShown} onClick={() => { if (isShown) shown.value = null; else void show(id); }} />
      <Button kind="bare" icon="edit" label={t('film.edit')} onClick={() => void open(id)} />
      <span role="status" class="hint">{said.value?.id === id ? said.value.words : ''}</span>
    </span>
  );
}

export const whoOf = ({ title, id, service }: Job) => <><strong>{title || t(service === 'image' ? 'job.image' : 'job.film')}</strong> <code>{id.slice(-8)}</code></>;

export function FailedJobs() {
  const rows = jobs.value.failed.map((one) => ({
    key: one.id,
    cells: [moment(one.finished ?? one.created), whoOf(one), <Said key="why" text={one.failure?.message ?? one.failure?.detail ?? one.failure?.code ?? ''} />, <What key="what" id={one.id} />],
    below: shown.value?.id === one.id ? <pre>{shown.value.text}</pre> : undefined,
  }));
  return <Table word="operations.failed" none="operations.noneFailed" columns={['operations.when', 'operations.job', 'operations.reason', 'operations.what']} rows={rows} />;
}
