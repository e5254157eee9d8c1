// The times of the frames: a moment, a range, the newest or the next of a layer, and the line of the times that servers really have.
import { ChoiceField, Field, Problems } from '../parts/controls';
import { get, isObject, type Json, type JsonObject, set } from '../request/json';
import { fieldId } from '../request/problems';
import { layersOf } from '../request/request';
import { otherDimensions } from '../layers/kindFields';
import { offeredOf, timesOf } from '../layers/offers';
import { edit, replace, request } from '../state/composition';
import { t } from '../state/words';
import { parseTime, writeTime } from './iso';
import { TimeLine } from './line';
import { Player } from './player';
import { rangeOf, setRange } from './range';

type Kind = 'image' | 'range' | 'last' | 'next' | 'list' | `animate:${string}`;

function kindOf(times: Json | undefined): Kind {
  const along = get(request.value, '/animate/dimension');
  if (along !== undefined) return `animate:${String(along)}`;
  if (typeof times === 'string') return 'range';
  if (Array.isArray(times)) return 'list';
  if (isObject(times)) return 'next' in times ? 'next' : 'last';
  return 'image';
}

// The range for a new film: the times and step of the lowest layer whose server has told its times; today where there is none.
function wholeRange(): [string, string, string] {
  const axes = layersOf(request.value).map((layer) => timesOf(offeredOf(layer))).filter((time) => time?.axis?.first && time.axis.last);
  const axis = axes[0]?.axis;
  const step = /\/(P[^,/]+)$/.exec(axes[0]?.extent ?? '')?.[1] ?? 'P1D';
  const today = writeTime(Math.floor(Date.now() / 86_400_000) * 86_400_000);
  return [axis?.first?.replace('T00:00:00Z', '') ?? today, axis?.last?.replace('T00:00:00Z', '') ?? today, step];
}

function chooseKind(kind: Kind): void {
  if (kind === 'image') edit('/times', undefined);
  if (kind === 'range') setRange(...wholeRange());
  if (kind === 'last') edit('/times', { last: 24 });
  if (kind === 'next') edit('/times', { next: 24 });
  const dimension = /^animate:(.*)$/.exec(kind)?.[1];
  if (dimension) replace({ ...(set(request.value, '/times', undefined) as JsonObject), animate: { dimension, values: 'all' } });
  else if (get(request.value, '/animate') !== undefined) edit('/animate', undefined);
}

// A field for a time: the browser's date control where the page can read the time, else a text field. With `days`, a time at midnight has a date only.
function TimeInput({ id, value, change, label, days }: { id: string; value: string; change: (value: string) => void; label: string; days: boolean }) {
  const ms = parseTime(value);
  const day = days && ms !== null && ms % 86_400_000 === 0;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {ms === null
        ? <input id={id} type="text" value={value} onChange={({ currentTarget }) => change(currentTarget.value)} />
        : <input id={id} type={day ? 'date' : 'datetime-local'} value={new Date(ms).toISOString().slice(0, day ? 10 : 16)} onChange={({ currentTarget }) => {
            const to = parseTime(currentTarget.value);
            if (to !== null) change(writeTime(to));
          }} />}
    </div>
  );
}

const units: [string, string, string][] = [['M', 'T', 'unit.minutes'], ['H', 'T', 'unit.hours'], ['D', '', 'unit.days'], ['W', '', 'unit.weeks'], ['M', '', 'unit.months'], ['Y', '', 'unit.years']];

function StepInput({ value, change }: { value: string; change: (value: string) => void }) {
  const found = /^P(T?)(\d+)([MHDWY])$/.exec(value);
  const unit = found ? `${found[1]}${found[3]}` : '';
  if (!found) return <div class="field"><label for="time-step">{t('time.step')}</label><input id="time-step" type="text" value={value} onChange={({ currentTarget }) => change(currentTarget.value)} /></div>;
  return (
    <div class="field step">
      <label for="time-step">{t('time.step')}</label>
      <span class="pair">
        <input id="time-step" type="number" min="1" step="1" value={found[2]} onChange={({ currentTarget }) => { if (currentTarget.valueAsNumber >= 1) change(`P${found[1]}${currentTarget.valueAsNumber}${found[3]}`); }} />
        <select aria-label={t('time.unit')} value={unit} onChange={({ currentTarget }) => change(`P${currentTarget.value.length > 1 ? 'T' : ''}${found[2]}${currentTarget.value.at(-1)}`)}>
          {units.map(([letter, time, word]) => <option key={word} value={`${time}${letter}`}>{t(word as 'unit.days')}</option>)}
        </select>
      </span>
    </div>
  );
}

function RangeFields({ times }: { times: Json | undefined }) {
  const [from, to, step] = rangeOf(times);
  return (
    <>
      <TimeInput id="time-from" label={t('time.from')} value={from} days={!step.includes('T')} change={(value) => setRange(value, to, step)} />
      <TimeInput id="time-to" label={t('time.to')} value={to} days={!step.includes('T')} change={(value) => setRange(from, value, step)} />
      <StepInput value={step} change={(value) => setRange(from, to, value)} />
    </>
  );
}

function CountFields({ kind }: { kind: 'last' | 'next' }) {
  const titles = layersOf(request.value).filter((layer) => timesOf(offeredOf(layer))).map((layer) => String(layer.title ?? '')).filter(Boolean);
  return (
    <>
      <Field pointer={`/times/${kind}`} label={t('time.count')}>
        <input id={fieldId(`/times/${kind}`)} type="number" min="1" max="600" step="1" value={Number(get(request.value, `/times/${kind}`) ?? 24)} onInput={({ currentTarget }) => { if (currentTarget.valueAsNumber >= 1) edit(`/times/${kind}`, currentTarget.valueAsNumber); }} />
      </Field>
      {titles.length > 1 && <ChoiceField pointer="/times/of" label={t('time.of')} choices={[['', t('usual')], ...titles.map((title): [string, string] => [title, title])]} />}
    </>
  );
}

function ListField({ times }: { times: Json | undefined }) {
  const text = Array.isArray(times) ? times.join(', ') : '';
  return (
    <div class="field wide">
      <label for="time-list">{t('time.list')}</label>
      <input id="time-list" type="text" value={text} onChange={({ currentTarget }) => edit('/times', currentTarget.value.split(',').map((one) => one.trim()).filter(Boolean))} />
    </div>
  );
}

export function TimePanel() {
  const times = get(request.value, '/times');
  const kind = kindOf(times);
  const kinds: [Kind, string][] = [['image', t('time.image')], ['range', t('time.range')], ['last', t('time.last')], ['next', t('time.next')]];
  if (kind === 'list') kinds.push(['list', t('time.list')]);
  const along = new Set([...(kind.startsWith('animate:') ? [kind.slice(8)] : []), ...layersOf(request.value).flatMap((layer) => otherDimensions(offeredOf(layer)).map(({ name }) => name.toLowerCase()))]);
  for (const dimension of along) kinds.push([`animate:${dimension}`, t('time.animate', { dimension })]);
  return (
    <section class="panel time" aria-labelledby="time-title">
      <h2 id="time-title" class="hidden">{t('time')}</h2>
      <div class="time-fields">
        <div class="field">
          <label for={fieldId('/times')}>{t('time')}</label>
          <select id={fieldId('/times')} value={kind} onChange={({ currentTarget }) => chooseKind(currentTarget.value as Kind)}>{kinds.map(([name, words]) => <option key={name} value={name}>{words}</option>)}</select>
        </div>
        {kind === 'range' && <RangeFields times={times} />}
        {(kind === 'last' || kind === 'next') && <CountFields kind={kind} />}
        {kind === 'list' && <ListField times={times} />}
      </div>
      <Problems pointer="/times" />
      <Problems pointer="/animate" />
      <TimeLine />
      <Player />
    </section>
  );
}
