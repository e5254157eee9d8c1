// One layer of the request: its name, its place in the order, its fields and its problems.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Button, ChoiceField, Field, Problems, TextField } from '../parts/controls';
import { Icon } from '../parts/icons';
import { Said } from '../parts/said';
import { get, numberAt } from '../request/json';
import { fieldId, problemsOf } from '../request/problems';
import { hasAddress, hasLegend, hasTimes, type Layer } from '../request/request';
import { edit, frames, problems, request } from '../state/composition';
import { number, t } from '../state/words';
import { parseTime } from '../time/iso';
import { askServer, missingOf, moveLayer, offeredOf, offers, removeLayer, takeTimes, timesOf } from './offers';
import { DimensionFields, FeatureFields, GraticuleFields, WorldFields } from './kindFields';
import { shownName, typeName } from './name';
import { sayFailed } from './rowProblem';

export const openRow = signal<number | null>(null);
const dragged = signal<number | null>(null);

function Opacity({ pointer }: { pointer: string }) {
  const value = numberAt(request.value, `${pointer}/opacity`) ?? 1;
  return (
    <Field pointer={`${pointer}/opacity`} label={t('layer.opacity', { percent: Math.round(value * 100) })}>
      <input id={fieldId(`${pointer}/opacity`)} type="range" min="0" max="1" step="0.05" value={value}
        onInput={({ currentTarget }) => edit(`${pointer}/opacity`, currentTarget.valueAsNumber === 1 ? undefined : currentTarget.valueAsNumber)} />
    </Field>
  );
}

function StyleField({ pointer, layer }: { pointer: string; layer: Layer }) {
  const field = layer.type === 'wmts' ? 'style' : 'styles';
  const styles = offeredOf(layer)?.styles ?? [];
  if (layer.type !== 'wms' && layer.type !== 'wmts') return null;
  if (styles.length === 0) return <TextField pointer={`${pointer}/${field}`} label={t('layer.style')} />;
  return <ChoiceField pointer={`${pointer}/${field}`} label={t('layer.style')} choices={[['', t('layer.styleUsual')], ...styles.map(({ name, title }): [string, string] => [name, title ?? name])]} />;
}

function TimeFields({ pointer }: { pointer: string }) {
  const policy = get(request.value, `${pointer}/time`);
  const near = policy === 'nearest' || policy === 'previous';
  return (
    <>
      <ChoiceField pointer={`${pointer}/time`} label={t('layer.time')} choices={[['', t('time.exact')], ['nearest', t('time.nearest')], ['previous', t('time.previous')], ['none', t('time.none')], ['unchecked', t('time.unchecked')]]} />
      {near && <TextField pointer={`${pointer}/within`} label={t('layer.within')} placeholder="PT6H" />}
    </>
  );
}

// The fields that are changed seldom, folded; unfolded where one of them has a problem.
function More({ pointer, layer }: { pointer: string; layer: Layer }) {
  if (!hasAddress(layer)) return null;
  const wrong = ['url', 'time', 'within', 'on_error', 'resampling'].some((field) => problemsOf(problems.value, `${pointer}/${field}`).length > 0);
  return (
    <details class="more" open={wrong || undefined}>
      <summary>{t('layer.more')}</summary>
      <div class="layer-fields">
        <TextField wide pointer={`${pointer}/url`} label={t('layer.url')} />
        {hasTimes(layer) && <TimeFields pointer={pointer} />}
        <ChoiceField pointer={`${pointer}/on_error`} label={t('layer.onError')} choices={[['', t('error.mark')], ['hold', t('error.hold')], ['fail', t('error.fail')]]} />
        <ChoiceField pointer={`${pointer}/resampling`} label={t('layer.resampling')} choices={[['', t('resampling.smooth')], ['nearest', t('resampling.nearest')]]} />
      </div>
    </details>
  );
}

function Details({ pointer, layer }: { pointer: string; layer: Layer }) {
  return (
    <>
      <div class="layer-fields">
        <TextField wide pointer={`${pointer}/title`} label={t('layer.title')} />
        <Opacity pointer={pointer} />
        <StyleField pointer={pointer} layer={layer} />
        {hasLegend(layer) && <ChoiceField pointer={`${pointer}/legend`} label={t('layer.legend')} choices={[['', t('legend.none')], ['auto', t('legend.auto')]]} />}
        <DimensionFields pointer={pointer} layer={layer} />
        {layer.type === 'geojson' && <FeatureFields pointer={pointer} />}
        {layer.type === 'graticule' && <GraticuleFields pointer={pointer} />}
        {layer.type === 'natural-earth' && <WorldFields pointer={pointer} />}
      </div>
      <More pointer={pointer} layer={layer} />
    </>
  );
}

// What the server of a layer offers for it, or why that is not known.
function ServerWord({ layer }: { layer: Layer }) {
  const url = String(layer.url ?? '');
  const asked = offers.value[url];
  if (!hasTimes(layer) || !asked) return null;
  if (asked.state === 'asking') return <p class="hint">{t('add.asking')}</p>;
  if (asked.state === 'failed') {
    const { what, advice } = sayFailed(asked);
    return <div class="notice bad" role="status"><p><Said text={what} /></p><p class="hint">{advice}</p><Button icon="again" label={t('tryAgain')} onClick={() => void askServer(url, true)} /></div>;
  }
  const missing = missingOf(layer);
  if (missing) return <p class="notice bad" role="status">{t('trouble.notOffered', { name: missing })}</p>;
  const axis = timesOf(offeredOf(layer))?.axis;
  if (!axis?.first || !axis.last) return null;
  return (
    <>
      <p class="hint">{t('offer.times', { count: number(axis.count ?? 0), first: axis.first.slice(0, 10), last: axis.last.slice(0, 10) })}</p>
      {outOfTime(axis.first, axis.last) && <div class="notice" role="status"><p>{t('layer.outOfTime')}</p><Button icon="again" label={t('layer.useTimes')} onClick={() => takeTimes(layer)} /></div>}
    </>
  );
}

// Whether a film has frames, and none of them lies between the first and the last time of a server.
function outOfTime(first: string, last: string): boolean {
  const own = (frames.value?.times ?? []).map(parseTime).filter((time) => time !== null);
  const [from, to] = [parseTime(first), parseTime(last)];
  return own.length > 0 && from !== null && to !== null && own.every((time) => time < from || time > to);
}

function RowButtons({ index, count, name }: { index: number; count: number; name: string }) {
  return (
    <span class="row-buttons">
      <Button kind="bare" icon="up" wordless label={t('layer.up', { name })} disabled={index === count - 1} onClick={() => moveLayer(index, index + 1)} />
      <Button kind="bare" icon="down" wordless label={t('layer.down', { name })} disabled={index === 0} onClick={() => moveLayer(index, index - 1)} />
      <Button kind="bare" icon="remove" wordless label={t('layer.remove', { name })} onClick={() => removeLayer(index)} />
    </span>
  );
}

export function LayerRow({ layer, index, count }: { layer: Layer; index: number; count: number }) {
  const pointer = `/layers/${index}`;
  const open = openRow.value === index;
  const name = shownName(layer);
  const wrong = problemsOf(problems.value, pointer).length > 0;
  const url = hasTimes(layer) ? String(layer.url ?? '') : '';
  useEffect(() => {
    // Debounce: while an address is being typed, its server is not asked at every letter.
    const timer = setTimeout(() => { if (/^https?:\/\/./.test(url) && !offers.peek()[url]) void askServer(url); }, open ? 1200 : 0);
    return () => clearTimeout(timer);
  }, [url]);
  const drop = (event: DragEvent): void => {
    if (dragged.value === null) return;
    event.preventDefault();
    moveLayer(dragged.value, index);
    dragged.value = null;
  };
  return (
    <li class={`layer${wrong ? ' wrong' : ''}`} id={fieldId(pointer)} draggable={!open} onDragStart={() => { dragged.value = index; }} onDragEnd={() => { dragged.value = null; }}
      onDragOver={(event) => { if (dragged.value !== null) event.preventDefault(); }} onDrop={drop}>
      <div class="layer-head">
        <span class="grip"><Icon name="grip" /></span>
        <button type="button" class="layer-name" aria-expanded={open} onClick={() => { openRow.value = open ? null : index; }}>
          <strong>{name}</strong><span class="hint">{typeName(layer)}</span>
        </button>
        <RowButtons index={index} count={count} name={name} />
      </div>
      <ServerWord layer={layer} />
      {open ? <Details pointer={pointer} layer={layer} /> : null}
      <Problems pointer={pointer} shownElsewhere={open ? ['title', 'url', 'opacity', 'styles', 'style', 'legend', 'time', 'within', 'on_error', 'resampling'].map((field) => `${pointer}/${field}`) : []} />
    </li>
  );
}
