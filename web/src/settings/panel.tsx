// What stands round the map, and what the file is: header, size, format, legends.
import { ChoiceField, CheckField, NumberField, TextField } from '../parts/controls';
import { get, type JsonObject, set } from '../request/json';
import { isFilm } from '../request/request';
import { edit, replace, request } from '../state/composition';
import { t } from '../state/words';
import { projections } from '../map/projections';
import { zones } from '../time/zones';
import { ReportSummary } from './summary';

export const presets = [
  ['hd', 1280, 720], ['full-hd', 1920, 1080], ['uhd', 3840, 2160], ['square', 1080, 1080], ['portrait', 1080, 1350], ['story', 1080, 1920], ['landscape', 1200, 675], ['thumbnail', 480, 270],
] as const;

function choosePreset(name: string): void {
  let next = request.value;
  const put = (pointer: string, to: string | number | undefined): void => { next = set(next, pointer, to) as JsonObject; };
  put('/output/preset', name === 'own' ? undefined : name);
  put('/output/width', name === 'own' ? 1280 : undefined);
  put('/output/height', name === 'own' ? 720 : undefined);
  // On a canvas, the map gets the room that is left: a size of the map's own would contradict that.
  for (const side of ['width', 'height', 'zoom']) put(`/map/${side}`, undefined);
  replace(next);
}

function SizeFields() {
  const preset = get(request.value, '/output/preset');
  const own = preset === undefined && (get(request.value, '/output/width') !== undefined || get(request.value, '/output/height') !== undefined);
  const ofMap = preset === undefined && !own;
  const choices: [string, string][] = [...presets.map(([name, width, height]): [string, string] => [name, `${t(`preset.${name}`)} · ${width} × ${height}`]), ['own', t('preset.own')]];
  return (
    <>
      <ChoiceField pointer="/output/preset" label={t('output.size')} choices={own ? choices.map(([name, words]): [string, string] => [name === 'own' ? '' : name, words]) : ofMap ? [['', t('preset.map')], ...choices] : choices} onChoose={(name) => choosePreset(name || 'own')} />
      {own && <NumberField pointer="/output/width" label={t('output.width')} min={16} max={8192} step={1} />}
      {own && <NumberField pointer="/output/height" label={t('output.height')} min={16} max={8192} step={1} />}
      {ofMap && <NumberField pointer="/map/width" label={t('map.width')} min={16} max={8192} step={1} />}
      {ofMap && <NumberField pointer="/map/height" label={t('map.height')} min={16} max={8192} step={1} />}
    </>
  );
}

function OutputFields() {
  const film = isFilm(request.value);
  const formats: [string, string][] = film ? [['', 'MP4'], ['gif', 'GIF']] : [['', 'PNG'], ['jpeg', 'JPEG'], ['webp', 'WebP']];
  const format = get(request.value, '/output/format');
  // A request that names the default format means the same as one that leaves it out.
  if (format === (film ? 'mp4' : 'png')) formats[0] = [format, film ? 'MP4' : 'PNG'];
  return (
    <fieldset class="fields">
      <legend>{t('output')}</legend>
      <ChoiceField pointer="/output/format" label={t('output.format')} choices={formats} />
      <SizeFields />
      {film && <NumberField pointer="/output/fps" label={t('output.fps')} min={0.05} max={60} placeholder="4" />}
      {film && <NumberField pointer="/output/hold_last_s" label={t('output.hold')} min={0} max={60} placeholder="0" />}
      {film && format === 'gif' && <CheckField pointer="/output/loop" label={t('output.loop')} usual />}
      <ChoiceField pointer="/output/safe_area" label={t('output.safeArea')} choices={[['', t('usual')], ['none', t('safe.none')], ['broadcast', t('safe.broadcast')], ['story', t('safe.story')]]} />
      <NumberField pointer="/output/scale" label={t('output.scale')} min={0.5} max={4} placeholder="1" />
    </fieldset>
  );
}

function HeaderFields() {
  return (
    <fieldset class="fields">
      <legend>{t('header')}</legend>
      <TextField wide pointer="/header/title" label={t('header.title')} />
      <TextField wide pointer="/header/subtitle" label={t('header.subtitle')} />
      <TextField wide pointer="/header/source" label={t('header.source')} />
      <ChoiceField pointer="/header/time_format" label={t('header.timeFormat')} choices={[['', t('format.usual')], ['date', t('format.date')], ['weekday', t('format.weekday')], ['datetime', t('format.datetime')], ['month', t('format.month')], ['year', t('format.year')]]} />
      <TextField pointer="/header/language" label={t('header.language')} placeholder="en" />
      <TextField wide pointer="/header/timezone" label={t('header.timezone')} placeholder="UTC" list="zones" />
      <datalist id="zones">{zones.map((zone) => <option key={zone} value={zone} />)}</datalist>
      <CheckField pointer="/header/layers" label={t('header.layers')} usual />
    </fieldset>
  );
}

export function chooseCrs(code: string): void {
  const projection = projections.find((one) => one.code === code);
  let next = set(request.value, '/map/crs', code === 'EPSG:3857' ? undefined : code) as JsonObject;
  const now = get(request.value, '/map/bbox_crs');
  const before = projections.find((one) => one.code === (get(request.value, '/map/crs') ?? 'EPSG:3857'));
  // A box in degrees is kept between two cylindrical projections; with any other, the map begins with the projection's own box.
  if (projection && !(projection.cylindrical && before?.cylindrical)) {
    next = set(next, '/map/bbox', projection.cylindrical ? [-30, 33, 50, 66] : projection.home) as JsonObject;
    next = set(next, '/map/bbox_crs', projection.cylindrical ? undefined : code) as JsonObject;
  } else if (now !== undefined) {
    next = set(next, '/map/bbox_crs', now) as JsonObject;
  }
  replace(next);
}

function MapFields() {
  const code = get(request.value, '/map/crs');
  const choices = projections.map(({ code: one, word }): [string, string] => [one === 'EPSG:3857' && code === undefined ? '' : one, `${t(word)} · ${one}`]);
  return (
    <fieldset class="fields">
      <legend>{t('map')}</legend>
      <ChoiceField wide pointer="/map/crs" label={t('map.crs')} choices={choices} onChoose={(value) => chooseCrs(value || 'EPSG:3857')} />
      <ChoiceField pointer="/map/fit" label={t('map.fit')} choices={[['', t('fit.contain')], ['cover', t('fit.cover')]]} />
      <ChoiceField pointer="/design/legend" label={t('design.legend')} choices={[['', t('legend.where.auto')], ['right', t('legend.where.right')], ['bottom', t('legend.where.bottom')], ['inside-top-left', t('legend.where.topLeft')], ['inside-top-right', t('legend.where.topRight')], ['inside-bottom-left', t('legend.where.bottomLeft')], ['inside-bottom-right', t('legend.where.bottomRight')], ['none', t('legend.none')]]} />
    </fieldset>
  );
}

export function SettingsPanel() {
  return (
    <div class="settings">
      <ReportSummary />
      <HeaderFields />
      <OutputFields />
      <MapFields />
    </div>
  );
}

export const dropWrongFormat = (): void => {
  const format = get(request.peek(), '/output/format');
  const fits = isFilm(request.peek()) ? ['mp4', 'gif'] : ['png', 'jpeg', 'webp'];
  if (typeof format === 'string' && !fits.includes(format)) edit('/output/format', undefined);
};
