// The fields that only some kinds of layers have: dimensions, styles of features, the step of a graticule, the parts of Natural Earth.
import type { OfferedLayer } from '../api/answers';
import { ChoiceField, CheckField, Field, NumberField, Problems, TextField } from '../parts/controls';
import { get, textAt } from '../request/json';
import { fieldId } from '../request/problems';
import type { Layer } from '../request/request';
import { edit, request } from '../state/composition';
import { t, type Word } from '../state/words';
import { offeredOf } from './offers';

const valuesMax = 200;

export const otherDimensions = (offered: OfferedLayer | undefined) => offered?.dimensions?.filter(({ name }) => name.toLowerCase() !== 'time') ?? [];

// The values that a server lists. A dimension of intervals has no list: its value is typed.
export const valuesOf = (extent = ''): string[] => (extent.includes('/') ? [] : extent.split(',').map((value) => value.trim()).filter(Boolean).slice(0, valuesMax));

export function DimensionFields({ pointer, layer }: { pointer: string; layer: Layer }) {
  return (
    <>
      {otherDimensions(offeredOf(layer)).map(({ name, extent, default: usual }) => {
        const field = `${pointer}/dimensions/${name.toLowerCase().replaceAll('~', '~0').replaceAll('/', '~1')}`;
        const values = valuesOf(extent);
        const words = usual ? t('dimension.usual', { value: usual }) : t('usual');
        if (values.length === 0) return <TextField key={name} pointer={field} label={name} placeholder={usual} />;
        return <ChoiceField key={name} pointer={field} label={name} choices={[['', words], ...values.map((value): [string, string] => [value, value])]} />;
      })}
    </>
  );
}

function ColourField({ pointer, label, usual }: { pointer: string; label: string; usual: string }) {
  const text = textAt(request.value, pointer);
  return (
    <Field pointer={pointer} label={label}>
      <input id={fieldId(pointer)} type="color" value={/^#[0-9a-f]{6}$/i.test(text) ? text : usual} onInput={({ currentTarget }) => edit(pointer, currentTarget.value)} />
    </Field>
  );
}

export function FeatureFields({ pointer }: { pointer: string }) {
  return (
    <>
      <ColourField pointer={`${pointer}/style/stroke`} label={t('style.stroke')} usual="#555555" />
      <NumberField pointer={`${pointer}/style/stroke-width`} label={t('style.width')} min={0} max={100} placeholder="2" />
      <ColourField pointer={`${pointer}/style/fill`} label={t('style.fill')} usual="#555555" />
      <NumberField pointer={`${pointer}/style/fill-opacity`} label={t('style.fillOpacity')} min={0} max={1} step={0.05} placeholder="0.6" />
      <ColourField pointer={`${pointer}/style/marker-color`} label={t('style.marker')} usual="#7e7e7e" />
      <ChoiceField pointer={`${pointer}/style/marker-size`} label={t('style.markerSize')} choices={[['', t('usual')], ['small', t('size.small')], ['large', t('size.large')]]} />
      <TextField pointer={`${pointer}/time_property`} label={t('feature.time')} />
      <TextField pointer={`${pointer}/keep`} label={t('feature.keep')} placeholder="PT6H" />
    </>
  );
}

export function GraticuleFields({ pointer }: { pointer: string }) {
  return (
    <>
      <NumberField pointer={`${pointer}/step`} label={t('graticule.step')} min={0.01} max={90} />
      <CheckField pointer={`${pointer}/degrees`} label={t('graticule.degrees')} usual />
    </>
  );
}

const shown = ['ocean', 'land', 'borders', 'coastline'] as const;

export function WorldFields({ pointer }: { pointer: string }) {
  const value = get(request.value, `${pointer}/show`);
  const now: string[] = Array.isArray(value) ? value.map(String) : [...shown];
  const change = (name: string, on: boolean): void => {
    const next = on ? [...now, name] : now.filter((one) => one !== name);
    edit(`${pointer}/show`, shown.every((one) => next.includes(one)) ? undefined : next);
  };
  return (
    <fieldset class="field wide plain" id={fieldId(`${pointer}/show`)}>
      <legend class="hint">{t('world.show')}</legend>
      {shown.map((name) => <label key={name}><input type="checkbox" checked={now.includes(name)} onChange={({ currentTarget }) => change(name, currentTarget.checked)} /> <span>{t(`world.${name}` as Word)}</span></label>)}
      <Problems pointer={`${pointer}/show`} />
    </fieldset>
  );
}
