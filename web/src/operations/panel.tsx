// What the service does, for those who run it: from `/readyz` and `/metrics`, read when asked.
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Job } from '../api/answers';
import { getJson, post } from '../api/client';
import { Button } from '../parts/controls';
import { Said } from '../parts/said';
import { moment, number, t, type Word } from '../state/words';
import { named, parseMetrics, type Sample, sum } from './metrics';

const samples = signal<Sample[]>([]);
const ready = signal('');
const failed = signal<Job[]>([]);
const readAt = signal('');
const trouble = signal('');

async function read(): Promise<void> {
  try {
    const [state, metrics] = await Promise.all([fetch('/readyz'), fetch('/metrics')]);
    ready.value = state.ok ? 'ready' : (await state.text()).slice(0, 500);
    samples.value = metrics.ok ? parseMetrics(await metrics.text()) : [];
    trouble.value = metrics.ok ? '' : t('operations.noMetrics', { status: metrics.status });
    readAt.value = new Date().toISOString();
    failed.value = (await getJson<{ jobs: Job[] }>('/api/jobs?status=FAILED&limit=20')).jobs;
  } catch (error) {
    trouble.value = error instanceof Error ? error.message : '';
  }
}

async function again(id: string): Promise<void> {
  await post(`/api/jobs/${id}/again`, '{}').catch((error: Error) => { trouble.value = error.message; });
  if (!trouble.value) await read();
}

function Figure({ word, value }: { word: Word; value: string }) {
  return <div><dt>{t(word)}</dt><dd>{value}</dd></div>;
}

function Figures() {
  const all = samples.value;
  const count = (state: string): string => number(sum(all, 'mapreel_jobs', { state }));
  return (
    <dl class="figures large">
      <Figure word="status.PENDING" value={count('PENDING')} />
      <Figure word="status.RUNNING" value={count('RUNNING')} />
      <Figure word="status.SUCCESS" value={count('SUCCESS')} />
      <Figure word="status.FAILED" value={count('FAILED')} />
      <Figure word="operations.oldest" value={`${number(sum(all, 'mapreel_oldest_pending_age_seconds'))} s`} />
      <Figure word="operations.busy" value={number(sum(all, 'mapreel_slots_busy'))} />
      <Figure word="operations.memory" value={`${number(sum(all, 'mapreel_memory_free_mebibytes'))} MiB`} />
      <Figure word="operations.rescued" value={number(sum(all, 'mapreel_leases_rescued_total'))} />
    </dl>
  );
}

function Table({ word, rows, columns }: { word: Word; rows: ComponentChildren[][]; columns: Word[] }) {
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>{t(word)}</h2>
      <div class="scroll"><table>
        <thead><tr>{columns.map((column) => <th key={column} scope="col">{t(column)}</th>)}</tr></thead>
        <tbody>{rows.map((row, index) => <tr key={`${index} ${String(row[0])}`}>{row.map((cell, column) => <td key={columns[column]}>{cell}</td>)}</tr>)}</tbody>
      </table></div>
    </section>
  );
}

const upstreamRows = (all: Sample[]): string[][] => {
  const hosts = [...new Set(all.filter(({ name, labels }) => name.includes('upstream') && labels.host).map(({ labels }) => labels.host ?? ''))];
  return hosts.map((host) => [host, ...['ok', 'failed'].map((outcome) => number(all.filter(({ name, labels }) => name.includes('upstream') && name.endsWith('_total') && labels.host === host && (labels.outcome === outcome)).reduce((total, { value }) => total + value, 0)))]);
};

export function OperationsPanel() {
  useEffect(() => void read(), []);
  const all = samples.value;
  const parts = named(all, 'mapreel_parts_total').map(({ labels, value }) => [labels.kind ?? '', labels.outcome ?? '', number(value)]);
  return (
    <main class="page-wide" id="main">
      <h1>{t('operations')}</h1>
      <div class="filters">
        <p role="status">{ready.value && <span class={`tag ${ready.value === 'ready' ? 'good' : 'bad'}`}>{ready.value === 'ready' ? t('operations.ready') : ready.value}</span>} {readAt.value && <span class="hint">{t('operations.readAt', { time: moment(readAt.value) })}</span>}</p>
        <Button icon="again" label={t('jobs.again')} onClick={() => void read()} />
      </div>
      {trouble.value && <p role="alert" class="notice bad">{trouble.value}</p>}
      {all.length > 0 && <Figures />}
      <Table word="operations.parts" rows={parts} columns={['operations.kind', 'operations.outcome', 'operations.count']} />
      <Table word="operations.upstreams" rows={upstreamRows(all)} columns={['operations.host', 'operations.answered', 'operations.failing']} />
      <Table word="operations.failed" rows={failed.value.map((one) => [moment(one.created), one.title ?? one.id.slice(-8), <Said key="why" text={one.failure?.message ?? one.failure?.detail ?? ''} />, <Button key="again" icon="again" label={t('tryAgain')} onClick={() => void again(one.id)} />])} columns={['operations.when', 'operations.job', 'operations.reason', 'operations.what']} />
    </main>
  );
}
