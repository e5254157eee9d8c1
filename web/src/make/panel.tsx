// The film while it is made, and when it is there.
import { signal } from '@preact/signals';
import type { Job } from '../api/answers';
import { call } from '../api/client';
import { Button } from '../parts/controls';
import { Said } from '../parts/said';
import { linkTo } from '../request/share';
import { request } from '../state/composition';
import { moment, number, size, t } from '../state/words';
import { cancel, editJob, file, glimpse, isOpen, job, makeAgain, making, requestOf, trouble } from './job';

const said = signal('');

// Puts a text into the clipboard; says what there is to say, or, where the browser does not allow it, the text itself.
export async function copy(text: string, words: string): Promise<string> {
  const there = (navigator as { clipboard?: Clipboard }).clipboard;
  return there ? there.writeText(text).then(() => words, () => text) : text;
}

function Progress({ now }: { now: Job }) {
  const { done, total, percent, eta_s } = now.progress;
  return (
    <div class="progress">
      <label for="job-progress">{now.status === 'PENDING' ? t('job.waiting') : t('job.drawing', { done, total })}</label>
      <progress id="job-progress" max={100} value={percent} />
      <p class="hint">
        {eta_s !== null ? t('job.eta', { seconds: number(Math.ceil(eta_s)) }) : ''}
        {now.queue_position ? t('job.queue', { count: now.queue_position }) : ''}
        {now.waiting_for?.detail ? ` ${now.waiting_for.detail}` : ''}
      </p>
      <Button icon="close" label={t('job.cancel')} onClick={() => void cancel()} />
      {glimpse.value && <img class="glimpse" src={glimpse.value} alt={t('film.glimpse')} />}
    </div>
  );
}

function Result() {
  const made = file.value;
  if (!made) return null;
  if (made.type.startsWith('video/')) return <video key={made.url} src={made.url} controls autoplay loop muted playsInline aria-label={t('film.label')} />;
  return <img src={made.url} alt={t('film.label')} />;
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
  said.value = await copy(await linkTo(location.origin, (await requestOf(id)) ?? request.value), t('share.copied'));
}

function Actions({ now }: { now: Job }) {
  const made = file.value;
  return (
    <div class="actions">
      {made && <a class="button main" href={made.url} download={made.name}>{t('film.download')}</a>}
      {now.status === 'SUCCESS' && <Button label={t('film.manifest')} icon="download" onClick={() => void saveManifest(now.id)} />}
      <Button label={t('share')} icon="link" onClick={() => void share(now.id)} />
      <Button label={t('film.edit')} icon="edit" onClick={() => void editJob(now.id).then((found) => { if (!found) said.value = t('job.noRequest'); })} />
      <Button label={t('film.again')} icon="again" onClick={() => void makeAgain(now.id)} />
    </div>
  );
}

// A warning of a frame leads to it in the film.
function seek(frame: number, { artifact }: Job): void {
  const video = document.querySelector<HTMLVideoElement>('.film-panel video');
  if (!video || !artifact || artifact.frames === 0) return;
  video.pause();
  video.currentTime = Math.min(video.duration - 0.01, ((frame - 0.5) / artifact.frames) * artifact.duration_s);
  video.scrollIntoView({ block: 'nearest' });
}

function Warnings({ now }: { now: Job }) {
  return (
    <section aria-labelledby="film-warnings">
      <h3 id="film-warnings">{t('film.warnings', { count: now.warnings.length })}</h3>
      <ul class="warnings">
        {now.warnings.map(({ code, message, layer, frame }) => (
          <li key={`${code} ${layer} ${frame}`}>
            {frame ? <><button type="button" class="link" onClick={() => seek(frame, now)}>{t('film.frame', { frame })}</button>{': '}</> : ''}{layer ? `${layer}: ` : ''}<Said text={message} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Details({ now }: { now: Job }) {
  const { artifact, warnings, failure, expires } = now;
  return (
    <>
      {failure && <p role="alert" class="notice bad"><Said text={failure.message ?? failure.detail ?? failure.code ?? ''} /></p>}
      {artifact && <p class="hint">{t('film.facts', { size: size(artifact.size_bytes), width: artifact.width, height: artifact.height, frames: number(artifact.frames) })}{expires ? ` ${t('film.expires', { time: moment(expires) })}` : ''}</p>}
      {warnings.length > 0 && <Warnings now={now} />}
    </>
  );
}

export function FilmPanel() {
  const now = job.value;
  return (
    <div class="film-panel">
      <p role="status" class="film-state">{making.value ? t('job.sending') : now ? t(`status.${now.status}`) : trouble.value ? '' : t('film.none')}</p>
      {trouble.value && <p role="alert" class="notice bad"><Said text={trouble.value} /></p>}
      {now && isOpen(now) && <Progress now={now} />}
      <Result />
      {now && !isOpen(now) && <Actions now={now} />}
      {now && <Details now={now} />}
      <p role="status" class="hint wrap">{said.value}</p>
    </div>
  );
}
