// The film panel: the progress of a job, then its film, its facts and its warnings.
import { signal } from '@preact/signals';
import type { Job } from '../api/answers';
import { call } from '../api/client';
import { Button } from '../parts/controls';
import { Said } from '../parts/said';
import { linkTo } from '../request/share';
import { moment, number, size, t } from '../state/words';
import { FilmLine, follow, followFrames, framesWords, seek } from './filmLine';
import { glimpse } from './glimpse';
import { cancel, editJob, file, isOpen, job, makeAgain, making, trouble } from './job';
import { requestOf } from './requestOf';
import { film } from './manifest';
import { grouped } from './warnings';

const said = signal('');

// Copies a text to the clipboard and returns `words`. Where the browser does not allow that, it returns the text itself, to be shown.
export async function copy(text: string, words: string): Promise<string> {
  const there = (navigator as { clipboard?: Clipboard }).clipboard;
  return there ? there.writeText(text).then(() => words, () => text) : text;
}

function Progress({ now }: { now: Job }) {
  const { done, total, percent, eta_s } = now.progress;
  const newest = glimpse.shown.value;
  return (
    <>
      <div class="progress">
        <label for="job-progress">{now.status === 'PENDING' ? t('job.waiting') : t('job.drawing', { done, total })}</label>
        <progress id="job-progress" max={100} value={percent} />
        <p class="hint">
          {eta_s !== null ? t('job.eta', { seconds: number(Math.ceil(eta_s)) }) : ''}
          {now.queue_position ? t('job.queue', { count: now.queue_position }) : ''}
          {now.waiting_for?.detail ? <> <Said text={now.waiting_for.detail} /></> : ''}
        </p>
        <Button icon="close" label={t('job.cancel')} onClick={() => void cancel()} />
      </div>
      {newest && <figure class="glimpse"><img src={newest.url} alt={t('film.glimpse')} /><figcaption class="hint">{t('film.glimpse')}</figcaption></figure>}
    </>
  );
}

// For a user who prefers reduced motion the film does not start by itself.
const still = matchMedia('(prefers-reduced-motion: reduce)');

function Result() {
  const made = file.value;
  const artifact = job.value?.artifact;
  if (!made || !artifact) return null;
  const { width, height } = artifact;
  if (!made.type.startsWith('video/')) return <img src={made.url} width={width} height={height} alt={t('film.label')} />;
  const tell = ({ currentTarget }: { currentTarget: HTMLVideoElement }): void => follow(film.value, currentTarget);
  return <video key={made.url} src={made.url} width={width} height={height} controls autoplay={!still.matches} loop muted playsInline aria-label={t('film.label')} onTimeUpdate={tell} onSeeked={tell} onPlay={({ currentTarget }) => followFrames(() => film.value, currentTarget)} />;
}

async function saveManifest(id: string): Promise<void> {
  const blob = await (await call(`/api/download/${id}/manifest`)).blob();
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `mapreel-${id.slice(-8)}.manifest.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function share(id: string): Promise<void> {
  const made = await requestOf(id);
  said.value = typeof made === 'string' ? made : await copy(await linkTo(location.origin, made), t('share.copied'));
}

const say = (work: Promise<string>): void => { void work.then((words) => { said.value = words; }); };

function Actions({ now }: { now: Job }) {
  const made = file.value;
  return (
    <div class="actions">
      {made && <a class="button main" href={made.url} download={made.name}>{t('film.download')}</a>}
      {now.status === 'SUCCESS' && <Button label={t('film.manifest')} icon="download" onClick={() => void saveManifest(now.id)} />}
      <Button label={t('share')} icon="link" onClick={() => void share(now.id)} />
      <Button label={t('film.edit')} icon="edit" onClick={() => say(editJob(now.id))} />
      <Button label={t('film.again')} icon="again" onClick={() => void makeAgain(now.id)} />
    </div>
  );
}

function Runs({ runs }: { runs: [number, number][] }) {
  const seen = film.value;
  return <>{runs.map(([from, to]) => <>{seen && file.value?.type.startsWith('video/') ? <button key={from} type="button" class="link" onClick={() => seek(seen, from)}>{framesWords(from, to)}</button> : framesWords(from, to)}{': '}</>)}</>;
}

function Warnings({ now }: { now: Job }) {
  return (
    <section aria-labelledby="film-warnings">
      <h2 id="film-warnings">{t('film.warnings', { count: now.warnings_count })}</h2>
      <ul class="warnings">
        {grouped(now.warnings).map(({ key, layer, message, runs }) => <li key={key}><Runs runs={runs} />{layer ? `${layer}: ` : ''}<Said text={message} /></li>)}
      </ul>
    </section>
  );
}

function Details({ now }: { now: Job }) {
  const { artifact, warnings, failure, expires } = now;
  const facts = artifact && t(artifact.frames === 1 ? 'film.imageFacts' : 'film.facts', { size: size(artifact.size_bytes), width: artifact.width, height: artifact.height, frames: number(artifact.frames) });
  return (
    <>
      {failure && <p role="alert" class="notice bad"><Said text={failure.message ?? failure.detail ?? failure.code ?? ''} /></p>}
      {facts && <p class="hint">{facts}{expires ? ` ${t('film.expires', { time: moment(expires) })}` : ''}</p>}
      {warnings.length > 0 && <Warnings now={now} />}
    </>
  );
}

export function FilmPanel() {
  const now = job.value;
  const line = film.value && now && film.value.id === now.id && film.value.frames > 1 ? film.value : null;
  return (
    <div class="film-panel">
      <p role="status" class="film-state">{making.value ? t('job.sending') : now ? t(`status.${now.status}`) : trouble.value ? '' : t('film.none')}</p>
      {trouble.value && <p role="alert" class="notice bad"><Said text={trouble.value} /></p>}
      {now && isOpen(now) && <Progress now={now} />}
      <Result />
      {line && <FilmLine film={line} />}
      {now && !isOpen(now) && <Actions now={now} />}
      {now && <Details now={now} />}
      <p role="status" class="hint wrap">{said.value}</p>
    </div>
  );
}
