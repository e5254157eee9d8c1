// A modal `<dialog>`: the browser keeps the focus in it, closes it by Escape, and makes the page behind it inert. The element with `data-first` gets the focus.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../state/words';
import { Button } from './controls';

export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
    element.current?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => element.current?.close();
  }, []);
  return (
    <dialog ref={element} aria-labelledby="dialog-title" onCancel={(event) => { event.preventDefault(); onClose(); }}>
      <header><h2 id="dialog-title">{title}</h2><Button kind="bare" icon="close" wordless label={t('close')} onClick={onClose} /></header>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
