// The layers of the map, topmost first, as they lie on it.
import { useState } from 'preact/hooks';
import { Button, Problems } from '../parts/controls';
import { isFirstDialect, layersOf } from '../request/request';
import { request } from '../state/composition';
import { t } from '../state/words';
import { adding } from './addDialog';
import { layerOfFile } from './files';
import { LayerRow } from './layerRow';
import { addLayer } from './offers';

export function LayersPanel() {
  const [trouble, say] = useState('');
  const layers = layersOf(request.value);
  const drop = async (event: DragEvent): Promise<void> => {
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    const layer = await layerOfFile(file);
    say(typeof layer === 'string' ? t(layer === 'too-large' ? 'file.tooLarge' : 'file.notGeojson', { name: file.name }) : '');
    if (typeof layer !== 'string') addLayer(layer);
  };
  return (
    <section class="panel layers" aria-labelledby="layers-title" onDragOver={(event) => { if (event.dataTransfer?.types.includes('Files')) event.preventDefault(); }} onDrop={(event) => void drop(event)}>
      <header><h2 id="layers-title">{t('layers')}</h2><Button icon="add" label={t('layers.add')} onClick={() => { adding.value = true; }} /></header>
      {isFirstDialect(request.value) ? <p class="notice">{t('firstDialect')}</p> : null}
      <ol class="layer-list">
        {layers.map((layer, index) => <LayerRow key={`${index} ${String(layer.type)}`} layer={layer} index={index} count={layers.length} />).reverse()}
      </ol>
      <Problems pointer="/layers" shownElsewhere={layers.map((_, index) => `/layers/${index}`)} />
      {trouble && <p role="alert" class="problems">{trouble}</p>}
      <p class="hint">{t('layers.dropHint')}</p>
    </section>
  );
}
