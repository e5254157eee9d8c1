// The jobs of this key, or of this address: their facts, their states, and the actions on them.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Job } from '../api/answers';
import { copy } from '../make/panel';
import { editJob, isOpen, job, makeAgain, trouble as makeTrouble, watch } from '../make/job';
import { requestOf } from '../make/requestOf';
import { Button } from '../parts/controls';
import { Icon } from '../parts/icons';
import { Said } from '../parts/said';
import { linkTo } from '../request/share';
import { go } from '../state/place';
import { moment, number, size, t } from '../state/words';
import { page, readAgain, reading, readJobs, search, status, takeBack, trouble } from './list';
import { Thumbnail } from './thumbnail';

const said = signal<{ id: string; words: string }>({ id: '', words: '' });

export const titleOf = ({ title, service }: Job): string => title || t(service === 'image' ? 'job.image' : 'job.film');

// Fetches the request of a job and uses it; shows the words that `use` returns, or why there is no request.
async function withRequest(id: string, use: (request: unknown) => Promise<string>): Promise<void> {
  const found = await requestOf(id);
  said.value = { id, words: typeof found === 'string' ? found : await use(found) };
}

const share = (id: string): Promise<void> => withRequest(id, async (found) => copy(await linkTo(location.origin, found), t('share.copied')));
const edit = async (id: string): Promise<void> => { said.value = { id, words: await editJob(id) }; };

async function again(id: string): Promise<void> {
  if (await makeAgain(id)) go('/');
  else said.value = { id, words: makeTrouble.value };
}

function Picture({ one, title }: { one: Job; title: string }) {
  if (one.preview) return <Thumbnail path={one.preview} version={`${one.status} ${one.progress.done}`} title={t('job.picture', { title })} />;
  return <div class="thumbnail none" aria-hidden="true"><Icon name={one.service === 'image' ? 'map' : 'film'} /></div>;
}

function Facts({ one }: { one: Job }) {
  const { artifact, failure, warnings_count: warnings, queue_position: position } = one;
  return (
    <>
      <p class="hint">{moment(one.created)} · <code>{one.id.slice(-8)}</code></p>
      {artifact && <p class="hint">{artifact.format.toUpperCase()} · {artifact.width} × {artifact.height} · {t(artifact.frames === 1 ? 'figure.oneFrame' : 'figure.framesShort', { count: number(artifact.frames) })} · {size(artifact.size_bytes)}</p>}
      {isOpen(one) && <progress max={100} value={one.progress.percent} aria-label={t('job.drawing', { done: one.progress.done, total: one.progress.total })} />}
      {position !== null && position > 0 && <p class="hint">{t('job.queue', { count: number(position) })}</p>}
      {failure && <p class="problems"><Said text={failure.message ?? failure.detail ?? failure.code ?? ''} /></p>}
      {warnings > 0 && <p><span class="tag warn"><Icon name="warning" /> {t('film.warnings', { count: number(warnings) })}</span></p>}
    </>
  );
}

function Card({ one }: { one: Job }) {
  const title = titleOf(one);
  return (
    <li class={`job ${one.status.toLowerCase()}`} id={`job-${one.id}`}>
      <Picture one={one} title={title} />
      <div class="job-head"><h2>{title}</h2><span class={`tag ${one.status === 'FAILED' ? 'bad' : one.status === 'SUCCESS' ? 'good' : ''}`}>{t(`status.${one.status}`)}</span></div>
      <Facts one={one} />
      <div class="actions">
        {(one.status === 'SUCCESS' || isOpen(one)) && <Button icon="play" label={t('job.show')} onClick={() => { go('/'); void watch(one); }} />}
        {isOpen(one) && <Button icon="close" label={t('job.cancel')} onClick={() => void takeBack(one.id)} />}
        {!isOpen(one) && one.status !== 'EXPIRED' && <Button icon="again" label={t('film.again')} onClick={() => void again(one.id)} />}
        {one.status !== 'EXPIRED' && <Button icon="edit" label={t('film.edit')} onClick={() => void edit(one.id)} />}
        {one.status !== 'EXPIRED' && <Button icon="link" label={t('job.link')} onClick={() => void share(one.id)} />}
      </div>
      <p role="status" class="hint wrap">{said.value.id === one.id ? said.value.words : ''}</p>
    </li>
  );
}

const states = ['PENDING', 'RUNNING', 'SUCCESS', 'FAILED', 'CANCELLED', 'EXPIRED'] as const;

function Filters() {
  return (
    <form class="filters" role="search" onSubmit={(event) => { event.preventDefault(); void readJobs(); }}>
      <div class="field">
        <label for="job-search">{t('jobs.search')}</label>
        <input id="job-search" type="search" maxLength={200} value={search.value} onInput={({ currentTarget }) => { search.value = currentTarget.value; void readJobs('', 300); }} />
      </div>
      <div class="field">
        <label for="job-status">{t('jobs.status')}</label>
        <select id="job-status" value={status.value} onChange={({ currentTarget }) => { status.value = currentTarget.value; void readJobs(); }}>
          <option value="">{t('jobs.all')}</option>
          {states.map((one) => <option key={one} value={one}>{t(`status.${one}`)}</option>)}
        </select>
      </div>
      <Button icon="again" label={t('jobs.again')} onClick={() => void readAgain()} />
    </form>
  );
}

function Pages() {
  const { next = null, previous = null } = page.value ?? {};
  if (!next && !previous) return null;
  const turn = (cursor: string | null): void => {
    if (cursor) void readJobs(cursor).then(() => document.getElementById('main')?.scrollIntoView());
  };
  return (
    <nav class="pages" aria-label={t('jobs.pages')}>
      <Button icon="previous" label={t('jobs.newer')} disabled={!previous} onClick={() => turn(previous)} />
      <Button icon="next" label={t('jobs.older')} disabled={!next} onClick={() => turn(next)} />
    </nav>
  );
}

function None() {
  const filtered = search.value.trim() !== '' || status.value !== '';
  return <div class="empty"><p>{t(filtered ? 'jobs.noneFound' : 'jobs.none')}</p>{!filtered && <Button kind="main" icon="film" label={t('jobs.compose')} onClick={() => go('/')} />}</div>;
}

export function JobsPanel() {
  // When the state of the job that this page follows changes, the list is read again.
  useEffect(() => void readAgain(), [job.value?.status]);
  const found = page.value?.jobs ?? [];
  return (
    <main class="page-wide" id="main">
      <h1>{t('jobs')}</h1>
      <Filters />
      {trouble.value && <p role="alert" class="notice bad"><Said text={trouble.value} /></p>}
      <p role="status" class="hidden">{reading.value ? '' : t('jobs.shown', { count: found.length })}</p>
      {page.value && found.length === 0 && !trouble.value && <None />}
      <ul class="gallery" aria-busy={reading.value}>{found.map((one) => <Card key={one.id} one={one} />)}</ul>
      <Pages />
    </main>
  );
}
