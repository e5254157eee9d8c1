// The layers of the map, topmost first, as they lie on it.
import { Button, Problems } from '../parts/controls';
import { isFirstDialect, layersOf, start } from '../request/request';
import { open, request } from '../state/composition';
import { t } from '../state/words';
import { openAdd } from './addDialog';
import { isBare } from './catalogue';
import { dropTrouble } from './files';
import { LayerRow } from './layerRow';
import { Welcome } from './welcome';

export function LayersPanel() {
  const layers = layersOf(request.value);
  return (
    <section class="panel layers" aria-labelledby="layers-title">
      <header><h2 id="layers-title">{t('layers')}</h2><Button icon="add" label={t('layers.add')} onClick={openAdd} /></header>
      {isFirstDialect(request.value) ? <p class="notice">{t('firstDialect')}</p> : null}
      {isBare(request.value) && <Welcome />}
      <ol class="layer-list">
        {layers.map((layer, index) => <LayerRow key={`${index} ${String(layer.type)}`} layer={layer} index={index} count={layers.length} />).reverse()}
      </ol>
      <Problems pointer="/layers" shownElsewhere={layers.map((_, index) => `/layers/${index}`)} />
      {dropTrouble.value && <p role="alert" class="problems">{dropTrouble.value}</p>}
      {layers.length > 1 && <p class="hint">{t('layers.dropHint')}</p>}
      {!isBare(request.value) && <Button kind="bare" icon="add" label={t('layers.anew')} onClick={() => open(start())} />}
    </section>
  );
}
