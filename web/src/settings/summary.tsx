// What the check of the service says: what would be made and what it costs, or what is wrong and where.
import { Button } from '../parts/controls';
import { Said } from '../parts/said';
import { fieldId, fieldOf } from '../request/problems';
import { check, report } from '../state/composition';
import { number, size, t } from '../state/words';
import { openRow } from '../layers/layerRow';
import { narrowPanel } from '../state/place';

// Goes to the field of a pointer, and unfolds what hides it.
export function goTo(pointer: string): void {
  const layer = /^\/layers\/(\d+)/.exec(pointer)?.[1];
  if (layer !== undefined) openRow.value = Number(layer);
  narrowPanel.value = layer !== undefined ? 'layers' : /^\/(times|animate)/.test(pointer) ? 'time' : 'settings';
  requestAnimationFrame(() => {
    const ids = [...document.querySelectorAll('[id^="field-"]')].map((element) => element.id);
    const id = fieldOf(fieldId(pointer).replaceAll('-', '/'), ids.map((one) => one.replaceAll('-', '/')))?.replaceAll('/', '-');
    const element = id ? document.getElementById(id) : null;
    const target = element?.matches('input, select, textarea, button') ? element : element?.querySelector<HTMLElement>('input, select, button');
    const folded = target?.closest('details');
    if (folded) folded.open = true;
    target?.focus();
    element?.scrollIntoView({ block: 'center' });
  });
}

function ProblemList() {
  const { problems, detail } = report.value;
  if (problems.length === 0) return <p><Said text={detail} /></p>;
  return (
    <ul class="problem-list">
      {problems.map(({ pointer, detail: what }) => (
        <li key={pointer + what}><button type="button" class="link" onClick={() => goTo(pointer)}><code>{pointer || '/'}</code> <Said text={what} /></button></li>
      ))}
    </ul>
  );
}

function Figures() {
  const { explanation } = report.value;
  if (!explanation) return null;
  const { frames, output, upstream_requests, map, warnings, layers } = explanation;
  const unasked = layers.some((layer) => layer.server_unasked);
  return (
    <>
      <dl class="figures">
        <div><dt>{t('figure.frames')}</dt><dd>{frames.times_of && !report.value.online ? '…' : number(frames.count)}</dd></div>
        <div><dt>{t('figure.seconds')}</dt><dd>{frames.count > 1 ? number(output.duration_s) : '–'}</dd></div>
        <div><dt>{t('figure.requests')}</dt><dd>{number(upstream_requests)}</dd></div>
        <div><dt>{t('figure.size')}</dt><dd>{map.width} × {map.height}</dd></div>
        <div><dt>{t('figure.bytes')}</dt><dd>≈ {size(output.size_bytes)}</dd></div>
      </dl>
      {warnings.length > 0 && <ul class="warnings">{warnings.map(({ code, message }) => <li key={code + message}>{message}</li>)}</ul>}
      {unasked && !report.value.online && <Button kind="bare" icon="search" label={t('report.askServers')} onClick={() => void check(true)} />}
      {report.value.online && warnings.length === 0 && <p class="hint">{t('report.online')}</p>}
    </>
  );
}

export function ReportSummary() {
  const { state, problems } = report.value;
  const words = state === 'problems' ? t('report.problems', { count: Math.max(1, problems.length) }) : state === 'unreachable' ? t('report.unreachable') : t('report.valid');
  return (
    <section class={`report ${state}`} aria-labelledby="report-title" id="report">
      <div role="status"><h2 id="report-title">{state === 'asking' && !report.value.explanation && problems.length === 0 ? t('report.asking') : state === 'asking' && problems.length ? t('report.problems', { count: problems.length }) : words}</h2></div>
      {problems.length > 0 || state === 'problems' ? <ProblemList /> : state === 'unreachable' ? <p><Said text={report.value.detail} /></p> : <Figures />}
    </section>
  );
}
