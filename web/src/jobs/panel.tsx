// The jobs of this key, or of this address: what they are, how they went, and their files. Read when the page is opened or asked again, never by itself.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Job } from '../api/answers';
import { call, getJson } from '../api/client';
import { editJob, isOpen, job, makeAgain, rememberedRequest, watch } from '../make/job';
import { Button } from '../parts/controls';
import { textAt } from '../request/json';
import { shownName } from '../layers/name';
import { layersOf } from '../request/request';
import { Thumbnail } from './thumbnail';
import { moment, number, size, t } from '../state/words';

const jobs = signal<Job[]>([]);
const next = signal<string | null>(null);
const status = signal('');
const wanted = signal('');
const trouble = signal('');

export async function readJobs(more = false): Promise<void> {
  const query = new URLSearchParams({ limit: '24', ...(status.value ? { status: status.value } : {}), ...(more && next.value ? { cursor: next.value } : {}) });
  try {
    const page = await getJson<{ jobs: Job[]; next: string | null }>(`/api/jobs?${query}`);
    jobs.value = more ? [...jobs.value, ...page.jobs] : page.jobs;
    next.value = page.next;
    trouble.value = '';
  } catch (error) {
    trouble.value = error instanceof Error ? error.message : '';
  }
}

function titleOf(one: Job): string {
  const made = rememberedRequest(one.id);
  const title = one.title || textAt(made ?? {}, '/header/title') || (made ? layersOf(made).map(shownName).at(-1) : '');
  return title || t(one.service === 'image' ? 'job.image' : 'job.film');
}

async function takeBack(id: string): Promise<void> {
  await call(`/api/job-status/${id}`, { method: 'DELETE' }).catch((error: Error) => { trouble.value = error.message; });
  await readJobs();
}

function Card({ one }: { one: Job }) {
  const { artifact, failure } = one;
  const title = titleOf(one);
  return (
    <li class={`job ${one.status.toLowerCase()}`}>
      {typeof one.preview === 'string' && one.preview.startsWith('/api/') && <Thumbnail path={one.preview} title={title} />}
      <div class="job-head"><h2>{title}</h2><span class={`tag ${one.status === 'FAILED' ? 'bad' : one.status === 'SUCCESS' ? 'good' : ''}`}>{t(`status.${one.status}`)}</span></div>
      <p class="hint">{moment(one.created)} · <code>{one.id.slice(-8)}</code></p>
      {artifact && <p class="hint">{artifact.format.toUpperCase()} · {artifact.width} × {artifact.height} · {t('figure.framesShort', { count: number(artifact.frames) })} · {size(artifact.size_bytes)}</p>}
      {isOpen(one) && <progress max={100} value={one.progress.percent} aria-label={t('job.drawing', { done: one.progress.done, total: one.progress.total })} />}
      {failure && <p class="problems">{failure.message ?? failure.detail ?? failure.code}</p>}
      {one.warnings.length > 0 && <p class="hint">{t('film.warnings', { count: one.warnings.length })}</p>}
      <div class="actions">
        {(one.status === 'SUCCESS' || isOpen(one)) && <Button icon="play" label={t('job.show')} onClick={() => { history.pushState(null, '', '/'); void watch(one); }} />}
        {rememberedRequest(one.id) && <Button icon="edit" label={t('film.edit')} onClick={() => void editJob(one.id)} />}
        {!isOpen(one) && <Button icon="again" label={t('film.again')} onClick={() => { history.pushState(null, '', '/'); void makeAgain(one.id); }} />}
        {isOpen(one) && <Button icon="close" label={t('job.cancel')} onClick={() => void takeBack(one.id)} />}
      </div>
    </li>
  );
}

const states = ['PENDING', 'RUNNING', 'SUCCESS', 'FAILED', 'CANCELLED', 'EXPIRED'] as const;

function Filters() {
  return (
    <div class="filters">
      <div class="field"><label for="job-search">{t('jobs.search')}</label><input id="job-search" type="search" value={wanted.value} onInput={({ currentTarget }) => { wanted.value = currentTarget.value; }} /></div>
      <div class="field">
        <label for="job-status">{t('jobs.status')}</label>
        <select id="job-status" value={status.value} onChange={({ currentTarget }) => { status.value = currentTarget.value; void readJobs(); }}>
          <option value="">{t('jobs.all')}</option>
          {states.map((one) => <option key={one} value={one}>{t(`status.${one}`)}</option>)}
        </select>
      </div>
      <Button icon="again" label={t('jobs.again')} onClick={() => void readJobs()} />
    </div>
  );
}

export function JobsPanel() {
  // A job of this page that has changed is also another one here.
  useEffect(() => void readJobs(), [job.value?.status]);
  const words = wanted.value.toLowerCase();
  const found = jobs.value.filter((one) => `${one.id} ${titleOf(one)}`.toLowerCase().includes(words));
  return (
    <main class="page-wide" id="main">
      <h1>{t('jobs')}</h1>
      <Filters />
      {trouble.value && <p role="alert" class="notice bad">{trouble.value}</p>}
      {found.length === 0 && !trouble.value && <p class="empty">{t('jobs.none')}</p>}
      <ul class="gallery">{found.map((one) => <Card key={one.id} one={one} />)}</ul>
      {next.value && <Button label={t('jobs.more')} onClick={() => void readJobs(true)} />}
    </main>
  );
}
