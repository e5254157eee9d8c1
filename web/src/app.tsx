// The page: its head, and the view that the user is in.
import { useEffect } from 'preact/hooks';
import { declined, forgetKey, hasKey, wantKey } from './api/client';
import { JsonPanel } from './editor/panel';
import { JobsPanel } from './jobs/panel';
import { AddDialog, adding } from './layers/addDialog';
import { dropFiles, hovering, leftFiles, overFiles } from './layers/files';
import { LayersPanel } from './layers/panel';
import { FilmPanel } from './make/panel';
import { make, making } from './make/job';
import { MapPanel } from './map/panel';
import { PicturePanel } from './map/picture';
import { Button, Tabs } from './parts/controls';
import { KeyDialog } from './parts/keyDialog';
import { Later } from './parts/later';
import { textAt } from './request/json';
import { isFilm } from './request/request';
import { dropWrongFormat, SettingsPanel } from './settings/panel';
import { canRedo, canUndo, keepChecking, redo, report, request, undo } from './state/composition';
import { may, readRights, rights } from './state/rights';
import { go, narrowPanel, type NarrowPanel, sideTab, stage, view } from './state/place';
import { language, languageName, languages, speak, t } from './state/words';
import { TimePanel } from './time/panel';

function Head() {
  const take = (event: MouseEvent, to: Parameters<typeof go>[0]): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(to);
  };
  const current = (name: string) => (view.value === name ? 'page' : undefined);
  return (
    <header class="head">
      <a class="brand" href="/" onClick={(event) => take(event, '/')}>Mapreel</a>
      <nav aria-label={t('nav')}>
        <a href="/" aria-current={current('compose')} onClick={(event) => take(event, '/')}>{t('compose')}</a>
        <a href="/#jobs" aria-current={current('jobs')} onClick={(event) => take(event, '/#jobs')}>{t('jobs')}</a>
        {may('operate') && <a class="minor" href="/operations" aria-current={current('operations')} onClick={(event) => take(event, '/operations')}>{t('operations')}</a>}
        <a class="minor" href="/docs">{t('reference')}</a>
      </nav>
      <span class="head-end">
        {hasKey.value && <Button kind="bare" icon="key" wordless label={[rights.value, t('key.forget')].filter(Boolean).join(' ')} onClick={forgetKey} />}
        {declined.value && <Button kind="bare" icon="key" label={t('key.later')} onClick={() => void wantKey('').then((key) => { if (key) location.reload(); })} />}
        <select class="language" aria-label={t('language')} value={language.value} onChange={({ currentTarget }) => void speak(currentTarget.value)}>
          {languages.map((code) => <option key={code} value={code}>{languageName(code)}</option>)}
        </select>
        {view.value === 'compose' && <MakeButton />}
      </span>
    </header>
  );
}

function MakeButton() {
  if (!may('submit')) return <span class="hint">{t('make.notAllowed')}</span>;
  return <Button kind="main" icon="film" id="make" label={t(isFilm(request.value) ? 'make.film' : 'make.image')} disabled={making.value || report.value.state === 'problems'} onClick={() => void make()} />;
}

function Stage() {
  const shown = stage.value;
  return (
    <section class={`stage ${shown}`} aria-label={t('stage')}>
      <div class="stage-head">
        <Tabs label={t('stage')} panel="stage-panel" chosen={shown} choose={(name) => { stage.value = name; }} tabs={[{ name: 'map', label: t('map'), icon: 'map' }, { name: 'picture', label: t('picture'), icon: 'view' }, { name: 'film', label: t('film'), icon: 'film' }]} />
        <span>
          <Button kind="bare" icon="undo" wordless label={t('undo')} disabled={!canUndo.value} onClick={undo} />
          <Button kind="bare" icon="redo" wordless label={t('redo')} disabled={!canRedo.value} onClick={redo} />
        </span>
      </div>
      <div class="stage-panel" id="stage-panel" role="tabpanel" aria-labelledby={`stage-panel-tab-${shown}`}>
        <MapPanel hidden={shown !== 'map'} />
        {shown === 'picture' && <PicturePanel />}
        {shown === 'film' && <FilmPanel />}
      </div>
    </section>
  );
}

function Side() {
  return (
    <section class={`panel side ${sideTab.value}`} aria-label={t('settings')}>
      <Tabs className="side-tabs" label={t('settings')} panel="side-panel" chosen={sideTab.value} choose={(name) => { sideTab.value = name; narrowPanel.value = name === 'json' ? 'json' : 'settings'; }} tabs={[{ name: 'form', label: t('form') }, { name: 'json', label: t('json') }]} />
      <div id="side-panel" role="tabpanel" aria-labelledby={`side-panel-tab-${sideTab.value}`} tabIndex={-1}>{sideTab.value === 'form' ? <SettingsPanel /> : <JsonPanel />}</div>
    </section>
  );
}

function chooseNarrow(name: NarrowPanel): void {
  narrowPanel.value = name;
  sideTab.value = name === 'json' ? 'json' : 'form';
}

// Undo and redo by keys, except in a text field: there the browser's own undo works.
function onKey(event: KeyboardEvent): void {
  const own = event.composedPath().some((target) => target instanceof HTMLElement && (target.matches('input:not([type=range], [type=checkbox]), textarea') || target.isContentEditable));
  if (own || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
  event.preventDefault();
  if (event.shiftKey) redo();
  else undo();
}

function Composer() {
  useEffect(keepChecking, []);
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  useEffect(dropWrongFormat, [isFilm(request.value)]);
  return (
    <main class={`composer show-${narrowPanel.value} side-${sideTab.value} stage-${stage.value}`} id="main" onDragOver={overFiles} onDragLeave={leftFiles} onDrop={(event) => void dropFiles(event)}>
      <h1 class="hidden">{t('compose')}</h1>
      {hovering.value && <p class="drop-here">{t('layers.drop')}</p>}
      <Stage />
      <Tabs className="narrow-tabs" label={t('panels')} panel="panels" chosen={narrowPanel.value} choose={chooseNarrow} tabs={[{ name: 'layers', label: t('layers') }, { name: 'time', label: t('time') }, { name: 'settings', label: t('form') }, { name: 'json', label: t('json') }]} />
      <div id="panels" class="panels">
        <LayersPanel />
        <TimePanel />
        <Side />
      </div>
    </main>
  );
}

const operations = () => import('./operations/panel').then(({ OperationsPanel }) => OperationsPanel);

function Operations() {
  return <main class="page-wide" id="main"><h1>{t('operations')}</h1><Later load={operations} /></main>;
}

function usePageTitle(): void {
  const here = view.value === 'compose' ? textAt(request.value, '/header/title') : t(view.value);
  useEffect(() => { document.title = here ? `${here} – Mapreel` : 'Mapreel'; }, [here]);
}

export function App() {
  usePageTitle();
  useEffect(() => void readRights(), [hasKey.value]);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.querySelector<HTMLElement>('button, input, select, a')?.focus(); }}>{t('skip')}</a>
      <Head />
      {view.value === 'compose' && <Composer />}
      {view.value === 'jobs' && <JobsPanel />}
      {view.value === 'operations' && <Operations />}
      {adding.value && <AddDialog />}
      <KeyDialog />
    </>
  );
}
