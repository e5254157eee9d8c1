// The workers with the parts that they hold, and how map servers answer: from `/api/operations`.
import type { HeldPart } from '../api/answers';
import { Said } from '../parts/said';
import { number, t } from '../state/words';
import { overview } from './reading';
import { Table } from './table';

// The name of a worker is long, to be unique; its last letters tell it from the others in the table.
const shortly = (worker: string): string => worker.slice(-8);

function partOf(worker: string, { job, title, part, done, frames, attempt }: HeldPart) {
  const who = title ?? job.slice(-8);
  return { key: `${worker} ${job} ${part}`, cells: [<code key="worker">{shortly(worker)}</code>, who, part, `${number(done)} / ${number(frames)}`, number(attempt)] };
}

export function Workers() {
  const rows = overview.value.workers.flatMap(({ worker, parts }) => parts.map((part) => partOf(worker, part)));
  return (
    <>
      <Table word="operations.workers" none="operations.noWorkers" columns={['operations.worker', 'operations.job', 'operations.kind', 'figure.frames', 'operations.attempt']} rows={rows} />
      {overview.value.more_jobs && <p class="hint">{t('operations.more')}</p>}
    </>
  );
}

export function AskedServers() {
  const rows = overview.value.upstreams.map(({ host, answered, failed, mean_s, failure }) => ({
    key: host,
    cells: [<code key="host">{host}</code>, number(answered), number(failed), `${number(mean_s)} s`, <Said key="said" text={(failure ?? '').slice(0, 240)} />],
  }));
  return <Table word="operations.asked" none="operations.noneAsked" columns={['operations.host', 'operations.answered', 'operations.failedAsked', 'operations.mean', 'operations.reason']} rows={rows} />;
}
