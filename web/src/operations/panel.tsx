// What the service does, for those who run it: from `/readyz`, `/metrics` and the lists of jobs, over the time that this page is open.
import { useEffect } from 'preact/hooks';
import { Button } from '../parts/controls';
import { Said } from '../parts/said';
import { clock, moment, number, t, type Word } from '../state/words';
import { LineChart } from './chart';
import { FailedJobs, whoOf } from './failed';
import { levels, mean, type Point, rates } from './history';
import { named, sum } from './metrics';
import { AskedServers, Workers } from './overview';
import { going, history, jobs, keepReading, readAll, ready, trouble } from './reading';
import { Table } from './table';

const newest = () => history.value.at(-1)?.samples ?? [];
const aMinute = (points: Point[]): Point[] => points.map(({ at, value }) => ({ at, value: value * 60 }));
const seconds = (value: number | null): string => (value === null ? '–' : `${number(value)} s`);

function Figure({ word, value, bad }: { word: Word; value: string; bad?: boolean }) {
  return <div class={bad ? 'bad' : undefined}><dt>{t(word)}</dt><dd>{value}</dd></div>;
}

function Figures() {
  const all = newest();
  const count = (state: string): number => sum(all, 'mapreel_jobs', { state });
  return (
    <dl class="figures large">
      <Figure word="status.PENDING" value={number(count('PENDING'))} />
      <Figure word="operations.oldest" value={seconds(sum(all, 'mapreel_oldest_pending_age_seconds'))} bad={sum(all, 'mapreel_oldest_pending_age_seconds') > 120} />
      <Figure word="status.RUNNING" value={number(count('RUNNING'))} />
      <Figure word="operations.busy" value={number(sum(all, 'mapreel_slots_busy'))} />
      <Figure word="status.SUCCESS" value={number(count('SUCCESS'))} />
      <Figure word="status.FAILED" value={number(count('FAILED'))} />
      <Figure word="operations.memory" value={`${number(sum(all, 'mapreel_memory_free_mebibytes'))} MiB`} />
      <Figure word="operations.rescued" value={number(sum(all, 'mapreel_leases_rescued_total'))} />
    </dl>
  );
}

function Charts() {
  const past = history.value;
  const worked = (doing: string): Point[] => rates(past, 'mapreel_worker_time_seconds_total', { doing });
  const httpFailed = [...new Set(named(newest(), 'mapreel_http_requests_total').map(({ labels }) => labels.status ?? '').filter((status) => status.startsWith('5')))];
  const failing = httpFailed.map((status) => rates(past, 'mapreel_http_requests_total', { status }));
  // No metric has the name `none`: its rates are 0 at the time of each reading.
  const wrong = rates(past, 'none').map(({ at }, index) => ({ at, value: failing.reduce((total, points) => total + (points[index]?.value ?? 0), 0) }));
  return (
    <section aria-labelledby="charts-title">
      <h2 id="charts-title">{t('operations.sinceOpen')}</h2>
      <div class="charts">
        <LineChart title={t('operations.queue')} lines={[{ label: t('status.PENDING'), points: levels(past, 'mapreel_jobs', { state: 'PENDING' }) }, { label: t('status.RUNNING'), points: levels(past, 'mapreel_jobs', { state: 'RUNNING' }), tone: 'soft' }]} />
        <LineChart title={t('operations.partsRate')} lines={[{ label: t('operations.done'), points: aMinute(rates(past, 'mapreel_parts_total', { outcome: 'done' })) }, { label: t('operations.failedParts'), points: aMinute(rates(past, 'mapreel_parts_total', { outcome: 'failed' })), tone: 'bad' }]} />
        <LineChart title={t('operations.slots')} lines={[{ label: t('doing.drawing'), points: worked('drawing') }, { label: t('doing.waiting'), points: worked('waiting'), tone: 'bad' }, { label: t('doing.storing'), points: worked('storing'), tone: 'soft' }]} />
        <LineChart title={t('operations.requests')} lines={[{ label: t('operations.answered'), points: rates(past, 'mapreel_http_requests_total') }, { label: '5xx', points: wrong, tone: 'bad' }]} />
      </div>
    </section>
  );
}

function Parts() {
  const all = newest();
  const kinds = ['whole', 'prepare', 'segment', 'assemble'].filter((kind) => sum(all, 'mapreel_parts_total', { kind }) > 0);
  const rows = kinds.map((kind) => {
    const [every, done] = [sum(all, 'mapreel_parts_total', { kind }), sum(all, 'mapreel_parts_total', { kind, outcome: 'done' })];
    const others = named(all, 'mapreel_parts_total').filter(({ labels, value }) => labels.kind === kind && labels.outcome !== 'done' && value > 0).map(({ labels, value }) => `${labels.outcome} ${number(value)}`);
    return { key: kind, cells: [t(`part.${kind}` as Word), number(done), others.join(', ') || number(every - done), seconds(mean(all, 'mapreel_part_duration_seconds', { kind }))] };
  });
  return <Table word="operations.parts" none="operations.noParts" columns={['operations.kind', 'operations.done', 'operations.otherwise', 'operations.mean']} rows={rows} />;
}

function OpenJobs() {
  const rows = jobs.value.open.map((one) => ({
    key: one.id,
    cells: [whoOf(one), t(`status.${one.status}`), `${number(one.progress.done)} / ${number(one.progress.total)}`, one.waiting_for ? <Said key="why" text={one.waiting_for.detail} /> : one.queue_position ? t('job.queue', { count: one.queue_position }) : '', moment(one.created)],
  }));
  return <Table word="operations.open" none="operations.noneOpen" columns={['operations.job', 'jobs.status', 'figure.frames', 'operations.waitsFor', 'operations.since']} rows={rows} />;
}

function State() {
  const at = history.value.at(-1)?.at;
  return (
    <div class="filters">
      <p role="status">{ready.value && <span class={`tag ${ready.value.ok ? 'good' : 'bad'}`}>{ready.value.ok ? t('operations.ready') : ready.value.detail}</span>}</p>
      {at && <p class="hint">{t('operations.readAt', { time: clock(at) })}</p>}
      <label class="tick"><input type="checkbox" checked={going.value} onChange={({ currentTarget }) => { going.value = currentTarget.checked; }} /> <span>{t('operations.refresh')}</span></label>
      <Button icon="again" label={t('jobs.again')} onClick={() => void readAll()} />
    </div>
  );
}

export function OperationsPanel() {
  useEffect(keepReading, []);
  return (
    <>
      <State />
      {trouble.value && <p role="alert" class="notice bad"><Said text={trouble.value} /></p>}
      {history.value.length > 0 && <><Figures /><Charts /></>}
      <Workers />
      <OpenJobs />
      <FailedJobs />
      <AskedServers />
      <Parts />
    </>
  );
}
